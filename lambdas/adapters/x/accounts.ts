import type { AccountTokens, XAccounts } from '../../core/ports/x.ts'
import { isXId } from '../../core/x/ids.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { clientOf } from './client.ts'
import { fieldsOf, required, textOf } from './shapes.ts'

/** Signs accounts in at X with OAuth 1.0a. */
export function createXAccounts(access: XAccess): XAccounts {
  return {
    requestToken: (callbackUrl) =>
      callX(async () => {
        const client = await clientOf(access.apiUrl, await access.secrets.app())
        const link = await client.generateAuthLink(callbackUrl, { linkMode: 'authorize', forceLogin: true })
        const authorizeUrl = link.url.replace('https://api.x.com', access.apiUrl)
        return { ...tokensFrom(link.oauth_token, link.oauth_token_secret), authorizeUrl }
      }),

    accessToken: (request, verifier) =>
      callX(async () => {
        const { accessToken, accessSecret } = await (await asAccount(access, request)).login(verifier)
        return tokensFrom(accessToken, accessSecret)
      }),

    me: (tokens) =>
      callX(async () => {
        const answer = await (await asAccount(access, tokens)).v2.get<unknown>('users/me')
        const { id, username } = fieldsOf(fieldsOf(answer).data)
        return {
          id: required(isXId(id) ? id : null, 'the id of the account'),
          username: required(textOf(username), 'its handle'),
        }
      }),

    invalidate: (tokens) =>
      callX(async () => {
        await (await asAccount(access, tokens)).v1.post('oauth/invalidate_token.json', undefined, {
          prefix: 'https://api.x.com/1.1/',
        })
      }),
  }
}

/** @throws XError if X has left one out */
function tokensFrom(token: unknown, secret: unknown): AccountTokens {
  return { token: required(textOf(token), 'a token'), secret: required(textOf(secret), 'the secret of the token') }
}
