import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { readFileIfAny, writePrivateFile } from './files.ts'
import { type SignInSecrets, secretOwners, secretsBy } from './identity/clients.ts'
import { UserError } from './user-error.ts'

/** The credentials of the X app, in the form that Secrets Manager stores them in AWS. */
export type XSecrets = {
  readonly consumerKey: string
  readonly consumerSecret: string
  /** Still accepted while the secret is rotated. */
  readonly consumerSecretPrevious?: string | undefined
}

const secretsIn = (dataDir: string) => join(dataDir, 'x-secrets.json')

/** The value of `X_SECRETS`: the `file:` URL of the secrets in the data folder. */
export const secretsUrl = (dataDir: string): string => pathToFileURL(secretsIn(dataDir)).href

/** Writes the secrets to the data folder and returns the value of `X_SECRETS`. */
export function writeSecrets(dataDir: string, secrets: XSecrets): string {
  writePrivateFile(secretsIn(dataDir), JSON.stringify(secrets))
  return secretsUrl(dataDir)
}

/** Writes the secrets of Usedesk to the data folder and returns the value of `USEDESK_SECRETS`: a `file:` URL. */
export function writeUsedeskSecrets(dataDir: string, secrets: { apiToken: string; webhookSecret: string }): string {
  const path = join(dataDir, 'usedesk-secrets.json')
  writePrivateFile(path, JSON.stringify(secrets))
  return pathToFileURL(path).href
}

/**
 * Returns the value of `TOKENS_KEY`: a `file:` URL of the key that encrypts the access tokens of X accounts.
 * Creates the key on the first call.
 */
export function ensureTokensKey(dataDir: string): string {
  const path = join(dataDir, 'tokens.key')
  if (readFileIfAny(path) === undefined) writePrivateFile(path, randomBytes(32).toString('base64'))
  return pathToFileURL(path).href
}

const signInSecrets = z.record(z.enum(secretOwners), z.string().min(1))

/**
 * Returns secrets of machines and people that nobody else knows. Makes them on the first call.
 * @throws UserError when their file was changed and has not one for each
 */
export function ensureSignInSecrets(dataDir: string): SignInSecrets {
  const file = join(dataDir, 'sign-in.json')
  const kept = readFileIfAny(file)
  if (kept === undefined) {
    const of = secretsBy(() => randomBytes(24).toString('base64url'))
    writePrivateFile(file, `${JSON.stringify(of, null, 2)}\n`)
    return { of, file, areNew: true }
  }
  try {
    return { of: signInSecrets.parse(JSON.parse(kept)), file }
  } catch {
    throw new UserError(
      `${file} must be JSON with a secret for each of ${secretOwners.join(', ')}. Mend it, or delete it to get new ones.`,
    )
  }
}
