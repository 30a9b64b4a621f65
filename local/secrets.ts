import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writePrivateFile } from './files.ts'

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
