import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFileIfAny, writePrivateFile } from './files.ts'

/** The credentials of the X app, in the form that Secrets Manager stores them in AWS. */
export type XSecrets = {
  readonly consumerKey: string
  readonly consumerSecret: string
  /** Still accepted while the secret is rotated. */
  readonly consumerSecretPrevious?: string | undefined
}

/** Writes the secrets to the data folder and returns the value of `X_SECRETS`: a `file:` URL. */
export function writeSecrets(dataDir: string, secrets: XSecrets): string {
  const path = join(dataDir, 'x-secrets.json')
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
