import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFileIfAny, writePrivateFile } from './files.ts'

/** The credentials of the X app, in the shape of the secret that AWS keeps. */
export type XSecrets = {
  readonly consumerKey: string
  readonly consumerSecret: string
  /** Valid beside the new one while rotating. */
  readonly consumerSecretPrevious?: string | undefined
}

/** Keeps the secrets under the data folder, for their owner alone, and returns what `X_SECRETS` is set to: a `file:` URL. */
export function writeSecrets(dataDir: string, secrets: XSecrets): string {
  const path = join(dataDir, 'x-secrets.json')
  writePrivateFile(path, JSON.stringify(secrets))
  return pathToFileURL(path).href
}

/** What seals the tokens of accounts: made once and kept, and what `TOKENS_KEY` is set to, a `file:` URL. */
export function keepTokensKey(dataDir: string): string {
  const path = join(dataDir, 'tokens.key')
  if (readFileIfAny(path) === undefined) writePrivateFile(path, randomBytes(32).toString('base64'))
  return pathToFileURL(path).href
}
