import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Encryption } from '../../core/ports/platform.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/**
 * Encrypts with a KMS key or, on one machine, with AES-256-GCM under a key file. Only the same context decrypts a text,
 * so that one account's tokens cannot replace another's.
 * @param key the ARN of a KMS key, or the `file:` URL of 32 random bytes in base64
 */
export function createEncryption(key: string, access: AwsAccess): Encryption {
  return key.startsWith('file:') ? fileEncryption(key) : kmsEncryption(key, access)
}

/** Texts that are remembered: the tokens of as many channels. */
const MAX_REMEMBERED = 20_000

/** Decrypts the same text once in a process: KMS takes $0.03 for 10,000 calls. A failure is not remembered. */
export function rememberDecrypted({ decrypt }: Pick<Encryption, 'decrypt'>): Pick<Encryption, 'decrypt'> {
  const known = new Map<string, string>()
  return {
    async decrypt(encrypted, context) {
      const key = `${context} ${encrypted}`
      const remembered = known.get(key)
      if (remembered !== undefined) return remembered
      const text = await decrypt(encrypted, context)
      if (known.size >= MAX_REMEMBERED) known.clear()
      known.set(key, text)
      return text
    },
  }
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

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

function fileEncryption(url: string): Encryption {
  const key = () => {
    const bytes = Buffer.from(readFileSync(new URL(url), 'utf8').trim(), 'base64')
    if (bytes.length !== KEY_BYTES) throw new Error(`the key that encrypts tokens must be ${KEY_BYTES} bytes in base64`)
    return bytes
  }
  return {
    async encrypt(text, context) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key(), iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
    },
    async decrypt(encrypted, context) {
      const bytes = Buffer.from(encrypted, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
    },
  }
}
