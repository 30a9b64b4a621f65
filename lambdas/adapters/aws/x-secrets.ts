import { readFileSync, statSync } from 'node:fs'
import { type AppKeys, type Clock, NoAppKeysError, type XSecrets } from '../../core/ports/platform.ts'
import type { ConsumerSecrets } from '../../core/x/signature.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** A changed secret is in use after this time at the latest. */
const CACHE_TTL_MS = 5 * 60_000

/** Forged signatures must not cause a call to Secrets Manager each, so refreshes are this far apart. */
const MIN_REFRESH_INTERVAL_MS = 60_000

type Cached = {
  readonly consumer: ConsumerSecrets
  readonly app: AppKeys
  /** ISO time at which they were stored. */
  readonly storedAt: string
  readonly at: number
}

/**
 * The keys of the X app, from Secrets Manager or, on one machine, from a file. Both contain JSON:
 * `{"consumerKey","consumerSecret","consumerSecretPrevious"}`; an empty previous secret counts as none.
 * @param location the ARN of a secret, or a `file:` URL
 */
export function createXSecrets(location: string, access: AwsAccess, now: Clock): XSecrets {
  let cached: Cached | null = null

  async function read(maxAgeMs: number): Promise<Cached> {
    const at = now().getTime()
    if (cached && at < cached.at + maxAgeMs) return cached
    const { text, storedAt } = location.startsWith('file:') ? readFile(location) : await fetchSecret(access, location)
    cached = { ...secretsFrom(text), storedAt, at }
    return cached
  }

  return {
    consumer: async () => (await read(CACHE_TTL_MS)).consumer,
    refreshed: async () => (await read(MIN_REFRESH_INTERVAL_MS)).consumer,
    async previousSince() {
      const { consumer, storedAt } = await read(CACHE_TTL_MS)
      return consumer.previous === null ? null : storedAt
    },
    async app() {
      const { app } = await read(CACHE_TTL_MS)
      if (app.key === '')
        throw new NoAppKeysError('the secret of the X app has no consumerKey yet: put in the keys of the X app')
      return app
    },
  }
}

type Stored = { readonly text: string; readonly storedAt: string }

function readFile(location: string): Stored {
  const file = new URL(location)
  return { text: readFileSync(file, 'utf8'), storedAt: statSync(file).mtime.toISOString() }
}

async function fetchSecret(access: AwsAccess, arn: string): Promise<Stored> {
  const answer = await callAws(access, 'secretsmanager.GetSecretValue', '1.1', { SecretId: arn })
  // The time of this version of the secret, in seconds.
  const { SecretString = '', CreatedDate = 0 } = answer as { SecretString?: string; CreatedDate?: number }
  return { text: SecretString, storedAt: new Date(CreatedDate * 1000).toISOString() }
}

/** @throws NoAppKeysError that says which field is wrong, and never quotes the secret */
function secretsFrom(text: string): Pick<Cached, 'consumer' | 'app'> {
  let fields: { consumerKey?: unknown; consumerSecret?: unknown; consumerSecretPrevious?: unknown } | null
  try {
    fields = JSON.parse(text)
  } catch {
    throw new NoAppKeysError(
      'the secret of the X app is not JSON: it needs consumerKey, consumerSecret, consumerSecretPrevious',
    )
  }
  const { consumerKey: key, consumerSecret: current, consumerSecretPrevious: previous } = fields ?? {}
  if (typeof current !== 'string' || current === '') {
    throw new NoAppKeysError('the secret of the X app has no consumerSecret yet: put in the keys of the X app')
  }
  return {
    consumer: { current, previous: typeof previous === 'string' && previous !== '' ? previous : null },
    app: { key: typeof key === 'string' ? key : '', secret: current },
  }
}
