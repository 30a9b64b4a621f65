import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import OAuth from 'oauth-1.0a'
import { startX, type XSimulator } from '../../../local/x-simulator/simulator.ts'
import { accountAt, appAt, type Body, clientAt, everything, keys, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

const callback = 'http://localhost:3000/api/channels/twitter/callback'
const pageOf = (x: XSimulator, token: string, more = '') =>
  fetch(`${x.url}/oauth/authorize?oauth_token=${token}${more}`).then(async (one) => ({
    status: one.status,
    html: await one.text(),
  }))
const press = (x: XSimulator, fields: Record<string, string>) =>
  fetch(`${x.url}/oauth/authorize`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })

describe('3-legged OAuth', () => {
  test('Allow redirects with a verifier, which gives a token that acts for the account', async () => {
    const x = await all.x()
    const link = await clientAt(x).generateAuthLink(callback, { linkMode: 'authorize', forceLogin: true })
    expect(link).toMatchObject({ oauth_callback_confirmed: 'true' })

    const { html } = await pageOf(x, link.oauth_token, '&force_login=true')
    expect(html).toContain('@demo_shop')
    expect(html).toContain('<legend>Account</legend>')

    const pressed = await press(x, { oauth_token: link.oauth_token, user_id: shop, decision: 'allow' })
    expect(pressed.status).toBe(302)
    const back = new URL(pressed.headers.get('location') ?? '')
    expect(back.origin + back.pathname).toBe(callback)
    expect(back.searchParams.get('oauth_token')).toBe(link.oauth_token)

    const temporary = clientAt(x, { accessToken: link.oauth_token, accessSecret: link.oauth_token_secret })
    const verifier = back.searchParams.get('oauth_verifier') ?? ''
    const { client, userId, screenName, accessToken } = await temporary.login(verifier)
    expect({ userId, screenName }).toEqual({ userId: shop, screenName: 'demo_shop' })
    expect(accessToken).toMatch(/^1480000000000000001-/)
    const { data } = await client.v2.me({ 'user.fields': ['profile_image_url'] })
    expect(data).toMatchObject({ id: shop, username: 'demo_shop', profile_image_url: expect.any(String) })
    expect((await refusalOf(temporary.login(verifier))).code).toBe(401)
  })

  test('a wrong verifier is refused, and the right one works after it', async () => {
    const x = await all.x()
    const link = await clientAt(x).generateAuthLink(callback)
    const pressed = await press(x, { oauth_token: link.oauth_token, user_id: shop, decision: 'allow' })
    const verifier = new URL(pressed.headers.get('location') ?? '').searchParams.get('oauth_verifier') ?? ''
    const temporary = clientAt(x, { accessToken: link.oauth_token, accessSecret: link.oauth_token_secret })
    expect((await refusalOf(temporary.login('wrong'))).code).toBe(401)
    expect((await temporary.login(verifier)).userId).toBe(shop)
  })

  test('Cancel redirects with the denied token, which is invalid afterwards', async () => {
    const x = await all.x()
    const { oauth_token } = await clientAt(x).generateAuthLink(callback)
    const pressed = await press(x, { oauth_token, decision: 'cancel' })
    expect(pressed.headers.get('location')).toBe(`${callback}?denied=${oauth_token}`)
    expect((await pageOf(x, oauth_token)).status).toBe(403)
  })

  test('a browser that has chosen an account can choose another only with force_login', async () => {
    const x = await all.x()
    const { oauth_token } = await clientAt(x).generateAuthLink(callback)
    const pressed = await press(x, { oauth_token, user_id: shop, decision: 'allow' })
    const cookie = pressed.headers.get('set-cookie')?.split(';')[0] ?? ''
    const next = await clientAt(x).generateAuthLink(callback)
    const ask = (more: string) =>
      fetch(`${x.url}/oauth/authorize?oauth_token=${next.oauth_token}${more}`, { headers: { cookie } }).then((one) =>
        one.text(),
      )
    expect(await ask('')).not.toContain('@demo_customer')
    expect(await ask('&force_login=true')).toContain('@demo_customer')
  })

  test('a callback that is not approved gets a 403 with code 415', async () => {
    const x = await all.x()
    x.control.settings({ approvedCallbacks: [callback] })
    await clientAt(x).generateAuthLink(callback)
    const { code, data } = await refusalOf(clientAt(x).generateAuthLink('http://localhost:3000/other'))
    expect(code).toBe(403)
    expect(JSON.stringify(data)).toContain('415')
    x.control.settings({ approvedCallbacks: null })
    expect((await refusalOf(clientAt(x).generateAuthLink('https://elsewhere.example.com/'))).code).toBe(403)
  })

  test('the same account gets the same token until it is revoked', async () => {
    const x = await all.x()
    const { token } = x.control.token(shop)
    expect(x.control.token('@Demo_Shop').token).toBe(token)
    const client = accountAt(x, shop)
    x.control.revoke(shop)
    expect(await refusalOf(client.v2.me())).toMatchObject({ code: 401, data: { title: 'Unauthorized', status: 401 } })
    expect(x.control.token(shop).token).not.toBe(token)
  })

  test('an app can invalidate its token', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    await client.v1.post('oauth/invalidate_token', undefined, { prefix: 'https://api.x.com/1.1/' })
    expect((await refusalOf(client.v2.me())).code).toBe(401)
  })
})

describe('signatures', () => {
  test('wrong keys get a 401 with code 32', async () => {
    const x = await all.x()
    const response = await signed(x, { secret: 'wrong', method: 'POST', path: '/oauth/request_token' })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ errors: [{ code: 32, message: 'Could not authenticate you.' }] })
  })

  test('a wrong consumer key, consumer secret or token secret gets a 401', async () => {
    const x = await all.x()
    const { token, secret } = x.control.token(shop)
    const tokens = { accessToken: token, accessSecret: secret }
    await clientAt(x, tokens).v2.me()
    for (const wrong of [{ appKey: 'another' }, { appSecret: 'another' }, { accessSecret: 'another' }]) {
      expect((await refusalOf(clientAt(x, { ...tokens, ...wrong }).v2.me())).code).toBe(401)
    }
  })

  test('the same nonce is refused the second time', async () => {
    const x = await all.x()
    const token = x.control.token(shop)
    const request = { method: 'GET', path: '/2/users/me', token, nonce: 'once' }
    expect((await signed(x, request)).status).toBe(200)
    expect((await signed(x, request)).status).toBe(401)
    expect((await signed(x, { ...request, nonce: 'another' })).status).toBe(200)
  })

  test('a timestamp is valid within five minutes of the real or the simulated time', async () => {
    const x = await all.x()
    const token = x.control.token(shop)
    const at = (offsetSeconds: number) =>
      signed(x, { method: 'GET', path: '/2/users/me', token, at: Date.now() + offsetSeconds * 1000 })
    expect((await at(-290)).status).toBe(200)
    expect((await at(-310)).status).toBe(401)
    expect((await at(310)).status).toBe(401)
    x.control.clock(new Date(Date.now() + 86_400_000))
    expect((await at(86_400)).status).toBe(200)
    expect((await at(0)).status).toBe(200)
  })

  test('cover the query and form fields, but not a JSON body', async () => {
    const x = await all.x()
    const token = x.control.token(shop)
    const path = '/2/users/me?user.fields=name,profile_image_url'
    expect((await signed(x, { method: 'GET', path, token })).status).toBe(200)
    expect((await signed(x, { method: 'GET', path, token, sent: `${path},username` })).status).toBe(401)
    const form = { method: 'POST', path: '/oauth/request_token', form: { oauth_callback: 'oob' } }
    expect((await signed(x, form)).status).toBe(200)
    expect((await signed(x, { ...form, sentForm: { oauth_callback: callback } })).status).toBe(401)
    expect((await signed(x, { method: 'POST', path: '/2/tweets', token, json: { text: 'Hello' } })).status).toBe(201)
  })

  test('of another method or path are refused', async () => {
    const x = await all.x()
    const token = x.control.token(shop)
    const { status } = await signed(x, { method: 'GET', path: '/2/users/me', sent: `/2/users/${shop}`, token })
    expect(status).toBe(401)
  })

  test('are required: a call without one gets a 401', async () => {
    const x = await all.x()
    expect((await fetch(`${x.url}/2/users/me`)).status).toBe(401)
    expect((await fetch(`${x.url}/2/webhooks`)).status).toBe(401)
  })
})

describe('the bearer token', () => {
  test('works for calls of the app, and is refused for calls of an account', async () => {
    const x = await all.x()
    const app = await appAt(x)
    expect(await app.v2.get('webhooks')).toEqual({ data: [], meta: { result_count: 0 } })
    expect((await app.v2.user(shop)).data.username).toBe('demo_shop')
    expect(await refusalOf(app.v2.me())).toMatchObject({ code: 403, data: { title: 'Unsupported Authentication' } })
    expect(await refusalOf(accountAt(x, shop).v2.get('webhooks'))).toMatchObject({ code: 403 })
  })

  test('needs the right secret, and an invented one is refused', async () => {
    const x = await all.x()
    expect((await refusalOf(clientAt(x, { appSecret: 'wrong' }).appLogin())).code).toBe(403)
    const { status } = await fetch(`${x.url}/2/webhooks`, { headers: { authorization: 'Bearer null' } })
    expect(status).toBe(401)
  })

  test('is the only one: an OAuth 2.0 token of an account is refused with a sentence that says so', async () => {
    const x = await all.x()
    const headers = { authorization: 'Bearer bGlrZSBhbiBPQXV0aCAyLjAgdG9rZW4' }
    const answer = await fetch(`${x.url}/2/users/me`, { headers })
    expect([answer.status, ((await answer.json()) as Body).detail]).toEqual([
      401,
      expect.stringContaining('no OAuth 2.0 user tokens'),
    ])
  })
})

test('a port in use is refused with an error that names X_PORT', async () => {
  const x = await all.x()
  await expect(startX({ port: x.port, ...keys })).rejects.toThrow(`X_PORT ${x.port} is in use`)
})

type Signed = {
  method: string
  path: string
  token?: { token: string; secret: string }
  secret?: string
  nonce?: string
  at?: number
  sent?: string
  form?: Record<string, string>
  sentForm?: Record<string, string>
  json?: object
}

/** A request signed by another implementation than the client's, with optional errors. */
function signed(
  x: XSimulator,
  { method, path, token, secret = keys.consumerSecret, nonce, at, sent, form, sentForm, json }: Signed,
) {
  const oauth = new OAuth({
    consumer: { key: keys.consumerKey, secret },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
  })
  if (nonce) oauth.getNonce = () => nonce
  if (at) oauth.getTimeStamp = () => Math.trunc(at / 1000)
  const data = oauth.authorize(
    { url: `https://api.x.com${path}`, method, data: form },
    token && { key: token.token, secret: token.secret },
  )
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(sentForm ?? form)
  const type = json ? { 'content-type': 'application/json' } : {}
  return fetch(`${x.url}${sent ?? path}`, {
    method,
    headers: { ...oauth.toHeader(data), ...type },
    ...(body === undefined ? {} : { body }),
  })
}
