import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import OAuth from 'oauth-1.0a'
import { authorizationOf } from '../../../lambdas/adapters/media/oauth.ts'

const text = fc.string({ minLength: 1, maxLength: 30 })

test('signs as the library of the field does, whatever the keys and the address', () => {
  fc.assert(
    fc.property(
      fc.record({ key: text, secret: text, token: text, tokenSecret: text, nonce: fc.stringMatching(/^\w{1,20}$/) }),
      fc.webPath(),
      fc.dictionary(fc.stringMatching(/^\w{1,8}$/), fc.string({ unit: 'grapheme', maxLength: 10 }), { maxKeys: 4 }),
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
