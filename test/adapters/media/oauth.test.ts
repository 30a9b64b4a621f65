import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import OAuth from 'oauth-1.0a'
import { authorizationOf } from '../../../lambdas/adapters/media/oauth.ts'

const text = fc.string({ minLength: 1, maxLength: 30 })
/** Short names of few characters, so that one is often the beginning of another. */
const name = fc.string({ unit: fc.constantFrom('f', '6', '-', '~', ' ', 'é'), minLength: 1, maxLength: 3 })

// The signatures were computed in Python, which sorts pairs by name, then by value.
test.each([
  ['f6a=&f=', '9rPr1y/nLJDjhjr2J4bm2Lqrk9c='],
  ['f=b&f=a%2Fb&f=a', 'Weee1G71Iwtp4eii6+lH+LE/hxc='],
  ['b=%F0%9F%98%80&a+b=%21*&a=', 'zKXzcropETYSdKIL6XRkqZUGrwU='],
])('signs the parameters %s in the order of their encoded names, then values', (query, signature) => {
  const header = authorizationOf(
    new URL(`https://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg?${query}`),
    { key: 'key', secret: 'secret' },
    { token: 'token', secret: 'token-secret' },
    { nonce: 'nonce', seconds: 1_767_268_800 },
  )
  expect(header).toContain(`oauth_signature="${encodeURIComponent(signature)}"`)
})

test('signs as the library of the field does, whatever the keys and the address', () => {
  fc.assert(
    fc.property(
      fc.record({ key: text, secret: text, token: text, tokenSecret: text, nonce: fc.stringMatching(/^\w{1,20}$/) }),
      fc.webPath(),
      fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 10 }), { maxKeys: 4 }),
      ({ key, secret, token, tokenSecret, nonce }, path, query) => {
        const url = new URL(`https://ton.twitter.com${path.startsWith('/') ? path : `/${path}`}`)
        for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
        const header = authorizationOf(
          url,
          { key, secret },
          { token, secret: tokenSecret },
          { nonce, seconds: 1_767_268_800 },
        )
        const oauth = new OAuth({
          consumer: { key, secret },
          signature_method: 'HMAC-SHA1',
          hash_function: (base, hashKey) => createHmac('sha1', hashKey).update(base).digest('base64'),
        })
        const fields = {
          oauth_consumer_key: key,
          oauth_nonce: nonce,
          oauth_signature_method: 'HMAC-SHA1',
          oauth_timestamp: 1_767_268_800,
          oauth_token: token,
          oauth_version: '1.0',
        }
        const request = {
          url: `${url.origin}${url.pathname}`,
          method: 'GET',
          data: Object.fromEntries(url.searchParams),
        }
        const expected = oauth.getSignature(request, tokenSecret, fields)
        expect(header).toContain(`oauth_signature="${oauth.percentEncode(expected)}"`)
        expect(header).toMatch(/^OAuth (\w+="[^"]*"(, )?)+$/)
      },
    ),
  )
})
