import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createEncryption, rememberDecrypted } from '../../../lambdas/adapters/aws/encryption.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'

const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
afterAll(() => rmSync(folder, { recursive: true }))

function keyFile(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return pathToFileURL(file).href
}

describe('on one machine', () => {
  const encryption = createEncryption(keyFile('key', randomBytes(32).toString('base64')), awsAccess('kms', {}))

  test('an encrypted text decrypts, does not show itself, and looks different each time', async () => {
    const encrypted = await encryption.encrypt('token é 😀', 'twitter-1')
    expect(await encryption.decrypt(encrypted, 'twitter-1')).toBe('token é 😀')
    expect(Buffer.from(encrypted, 'base64').toString('latin1')).not.toContain('token')
    expect(await encryption.encrypt('token é 😀', 'twitter-1')).not.toBe(encrypted)
  })

  test('does not decrypt for another account, with another key, or after one bit has changed', async () => {
    const encrypted = await encryption.encrypt('token', 'twitter-1')
    await expect(encryption.decrypt(encrypted, 'twitter-2')).rejects.toThrow()
    const other = createEncryption(keyFile('other', randomBytes(32).toString('base64')), awsAccess('kms', {}))
    await expect(other.decrypt(encrypted, 'twitter-1')).rejects.toThrow()
    const bytes = Buffer.from(encrypted, 'base64')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await expect(encryption.decrypt(bytes.toString('base64'), 'twitter-1')).rejects.toThrow()
  })

  test('a key of another size is refused by its size', async () => {
    const short = createEncryption(keyFile('short', randomBytes(16).toString('base64')), awsAccess('kms', {}))
    await expect(short.encrypt('token', 'twitter-1')).rejects.toThrow('32 bytes')
  })
})

describe('remembered', () => {
  test('a text is decrypted once for each context, and a failure is tried again', async () => {
    const asked: string[] = []
    let isAway = true
    const { decrypt } = rememberDecrypted({
      decrypt: async (encrypted, context) => {
        asked.push(`${context} ${encrypted}`)
        if (isAway) throw new Error('KMS is away')
        return `decrypted ${encrypted}`
      },
    })
    await expect(decrypt('a', 'twitter-1')).rejects.toThrow('KMS is away')
    isAway = false
    for (let n = 0; n < 3; n++) expect(await decrypt('a', 'twitter-1')).toBe('decrypted a')
    await decrypt('a', 'twitter-2')
    expect(asked).toEqual(['twitter-1 a', 'twitter-1 a', 'twitter-2 a'])
  })
})

describe('in AWS', () => {
  const asked: { target: unknown; input: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    asked.push({ target: request.headers['x-amz-target'], input })
    // A reversed text is enough to see that both calls fit together.
    const turned = (text: string) => [...text].reverse().join('')
    response.end(
      JSON.stringify({ CiphertextBlob: turned(input.Plaintext ?? ''), Plaintext: turned(input.CiphertextBlob ?? '') }),
    )
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('KMS encrypts and decrypts with the key, bound to the context', async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const key = 'arn:aws:kms:us-east-1:000000000000:key/1'
    const encryption = createEncryption(key, awsAccess('kms', { AWS_ENDPOINT_URL_KMS: endpoint }))
    expect(await encryption.decrypt(await encryption.encrypt('token é', 'twitter-1'), 'twitter-1')).toBe('token é')
    expect(asked.map(({ target }) => target)).toEqual(['TrentService.Encrypt', 'TrentService.Decrypt'])
    for (const { input } of asked) {
      expect(input).toMatchObject({ KeyId: key, EncryptionContext: { belongsTo: 'twitter-1' } })
    }
  })
})
