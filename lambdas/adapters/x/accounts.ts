import type { Account, XAccounts } from '../../core/ports/x.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { clientOf } from './client.ts'

/** Signs accounts in at X with OAuth 1.0a. */
export function createXAccounts(access: XAccess): XAccounts {
  return {
    requestToken: (callbackUrl) =>
      callX(async () => {
        const client = await clientOf(access.apiUrl, await access.secrets.app())
        const link = await client.generateAuthLink(callbackUrl, { linkMode: 'authorize', forceLogin: true })
        const authorizeUrl = link.url.replace('https://api.x.com', access.apiUrl)
        return { token: link.oauth_token, secret: link.oauth_token_secret, authorizeUrl }
      }),

    accessToken: (request, verifier) =>
      callX(async () => {
        const { accessToken, accessSecret } = await (await asAccount(access, request)).login(verifier)
        return { token: accessToken, secret: accessSecret }
      }),

    me: (tokens) =>
      callX(async () => {
        const { data } = await (await asAccount(access, tokens)).v2.get<{ data: Account }>('users/me')
        return { id: data.id, username: data.username }
      }),

    invalidate: (tokens) =>
      callX(async () => {
        await (await asAccount(access, tokens)).v1.post('oauth/invalidate_token.json', undefined, {
          prefix: 'https://api.x.com/1.1/',
        })
      }),
  }
}
