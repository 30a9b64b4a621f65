import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Encryption } from '../../core/ports/platform.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/**
 * Encrypts with a KMS key (an ARN) or, on one machine, with 32 random bytes in a file (`file:` URL, base64).
 * The ciphertext is bound to its context, so that one account's tokens cannot replace another's.
 */
export function createEncryption(key: string, access: AwsAccess): Encryption {
  return key.startsWith('file:') ? fileEncryption(key) : kmsEncryption(key, access)
}

function kmsEncryption(key: string, access: AwsAccess): Encryption {
  const call = (operation: 'Encrypt' | 'Decrypt', input: object, context: string) =>
    callAws(access, `TrentService.${operation}`, '1.1', {
      KeyId: key,
      EncryptionContext: { belongsTo: context },
      ...input,
    })
  return {
    async encrypt(text, context) {
      const answer = await call('Encrypt', { Plaintext: Buffer.from(text).toString('base64') }, context)
      return String((answer as { CiphertextBlob: string }).CiphertextBlob)
    },
    async decrypt(encrypted, context) {
      const answer = await call('Decrypt', { CiphertextBlob: encrypted }, context)
      return Buffer.from(String((answer as { Plaintext: string }).Plaintext), 'base64').toString('utf8')
    },
  }
}

const IV = 12
const TAG = 16

function fileEncryption(place: string): Encryption {
  const key = () => {
    const bytes = Buffer.from(readFileSync(new URL(place), 'utf8').trim(), 'base64')
    if (bytes.length !== 32) throw new Error('the key that seals tokens must be 32 bytes in base64')
    return bytes
  }
  return {
    async encrypt(text, context) {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', key(), iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
    },
    async decrypt(encrypted, context) {
      const bytes = Buffer.from(encrypted, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, IV))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(IV, IV + TAG))
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8')
    },
  }
}
