import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Vault } from '../../core/ports.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/**
 * Seals with a KMS key (an ARN) or, on one machine, with 32 random bytes in a file (`file:` URL, base64).
 * What is sealed is bound to its context, so that one account's tokens cannot be put in place of another's.
 */
export function createVault(key: string, access: AwsAccess): Vault {
  return key.startsWith('file:') ? fileVault(key) : kmsVault(key, access)
}

function kmsVault(key: string, access: AwsAccess): Vault {
  const call = (operation: 'Encrypt' | 'Decrypt', input: object, context: string) =>
    callAws(access, `TrentService.${operation}`, '1.1', {
      KeyId: key,
      EncryptionContext: { belongsTo: context },
      ...input,
    })
  return {
    async seal(text, context) {
      const answer = await call('Encrypt', { Plaintext: Buffer.from(text).toString('base64') }, context)
      return String((answer as { CiphertextBlob: string }).CiphertextBlob)
    },
    async open(sealed, context) {
      const answer = await call('Decrypt', { CiphertextBlob: sealed }, context)
      return Buffer.from(String((answer as { Plaintext: string }).Plaintext), 'base64').toString('utf8')
    },
  }
}

const IV = 12
const TAG = 16

function fileVault(place: string): Vault {
  const key = () => {
    const bytes = Buffer.from(readFileSync(new URL(place), 'utf8').trim(), 'base64')
    if (bytes.length !== 32) throw new Error('the key that seals tokens must be 32 bytes in base64')
    return bytes
  }
  return {
    async seal(text, context) {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', key(), iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, IV))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(IV, IV + TAG))
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8')
    },
  }
}
