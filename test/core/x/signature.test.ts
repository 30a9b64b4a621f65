import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { crcAnswer, sign, signerOf } from '../../../lambdas/core/x/signature.ts'

const secrets = { current: 'new-secret', previous: 'old-secret' }

describe('signatures of X', () => {
  test('agree with ones that others computed', () => {
    expect(sign('test=1&other_test=2', 'test')).toBe('sha256=25Cu3iwbbiqBTwQRzcKJZwisjf736V2Q8UaTlkfLSoc=')
    expect(sign('test token', 'apiSecret')).toBe('sha256=O5hJl2njQRIa4vsumZ+3oom9ECR5m3aQLRZkPoYelp0=')
  })

  test('a body is signed under the current and under the previous secret, and under no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        expect(signerOf(body, sign(body, 'new-secret'), secrets)).toBe('current')
        expect(signerOf(body, sign(body, 'old-secret'), secrets)).toBe('previous')
        expect(signerOf(body, sign(body, 'third-secret'), secrets)).toBeNull()
        expect(signerOf(body, sign(body, 'old-secret'), { current: 'new-secret', previous: null })).toBeNull()
      }),
    )
  })

  test('one changed bit of the body makes the signature wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (body, at, bit) => {
        const header = sign(body, secrets.current)
        const changed = Uint8Array.from(body)
        const index = at % body.length
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        expect(signerOf(changed, header, secrets)).toBeNull()
      }),
    )
  })

  test('a missing, empty, shorter or longer header is a wrong signature and no exception', () => {
    const body = Buffer.from('{}')
    const right = sign(body, secrets.current)
    for (const header of [undefined, '', 'sha256=', right.slice(0, -1), `${right}=`, 'é'.repeat(51)]) {
      expect(signerOf(body, header, secrets)).toBeNull()
    }
  })

  test('nothing that the CRC signs is accepted as a delivery, whatever the token and the secret', () => {
    const token = fc.stringMatching(/^[A-Za-z0-9+/=_-]{16,128}$/)
    fc.assert(
      fc.property(fc.oneof(token, fc.string({ minLength: 14, maxLength: 130, unit: 'binary' })), (text) => {
        const answer = crcAnswer(text, secrets.current)
        for (const header of [answer?.response_token, answer && sign(text, 'old-secret')]) {
          expect(signerOf(Buffer.from(text), header ?? undefined, secrets)).toBeNull()
        }
      }),
    )
  })

  test('an empty secret signs nothing', () => {
    expect(signerOf(Buffer.from('{}'), sign('{}', ''), { current: '', previous: '' })).toBeNull()
  })
})

describe('the CRC', () => {
  test('signs a token of X', () => {
    const token = 'MTIzNDU2Nzg5MGFiY2RlZg=='
    expect(crcAnswer(token, 'secret')).toEqual({ response_token: sign(token, 'secret') })
  })

  test('is no oracle: signs nothing that could pass for an event, nor what X never sends', () => {
    const forged = '{"for_user_id":"1","direct_message_events":[]}'
    for (const token of [
      undefined,
      '',
      'short',
      forged,
      'a'.repeat(129),
      'test token with spaces',
      'a{b}cdefghijklmnop',
    ]) {
      expect(crcAnswer(token, 'secret')).toBeNull()
    }
  })
})
