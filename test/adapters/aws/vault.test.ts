import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createVault } from '../../../lambdas/adapters/aws/vault.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'

const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
afterAll(() => rmSync(folder, { recursive: true }))

function keyFile(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return pathToFileURL(file).href
}

describe('on one machine', () => {
  const vault = createVault(keyFile('key', randomBytes(32).toString('base64')), awsAccess('kms', {}))

  test('what is sealed opens again, never looks like itself, and never twice the same', async () => {
    const sealed = await vault.seal('token é 😀', 'twitter-1')
    expect(await vault.open(sealed, 'twitter-1')).toBe('token é 😀')
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('token')
    expect(await vault.seal('token é 😀', 'twitter-1')).not.toBe(sealed)
  })

  test('does not open for another account, with another key, or when a bit has changed', async () => {
    const sealed = await vault.seal('token', 'twitter-1')
    await expect(vault.open(sealed, 'twitter-2')).rejects.toThrow()
    const other = createVault(keyFile('other', randomBytes(32).toString('base64')), awsAccess('kms', {}))
    await expect(other.open(sealed, 'twitter-1')).rejects.toThrow()
    const bytes = Buffer.from(sealed, 'base64')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await expect(vault.open(bytes.toString('base64'), 'twitter-1')).rejects.toThrow()
  })

  test('a key of another size is refused by its size', async () => {
    const short = createVault(keyFile('short', randomBytes(16).toString('base64')), awsAccess('kms', {}))
    await expect(short.seal('token', 'twitter-1')).rejects.toThrow('32 bytes')
  })
})

describe('in AWS', () => {
  const asked: { target: unknown; input: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    asked.push({ target: request.headers['x-amz-target'], input })
    // Sealing turned round is enough to see that both calls fit together.
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

  test('KMS seals and opens under the key, bound to what it belongs to', async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const key = 'arn:aws:kms:us-east-1:000000000000:key/1'
    const vault = createVault(key, awsAccess('kms', { AWS_ENDPOINT_URL_KMS: endpoint }))
    expect(await vault.open(await vault.seal('token é', 'twitter-1'), 'twitter-1')).toBe('token é')
    expect(asked.map(({ target }) => target)).toEqual(['TrentService.Encrypt', 'TrentService.Decrypt'])
    for (const { input } of asked) {
      expect(input).toMatchObject({ KeyId: key, EncryptionContext: { belongsTo: 'twitter-1' } })
    }
  })
})
