import { readFileSync } from 'node:fs'
import type { AppKeys, Clock, XSecrets } from '../../core/ports/platform.ts'
import type { ConsumerSecrets } from '../../core/x/signature.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** A changed secret is in use after at most so many milliseconds. */
const CACHED_MILLISECONDS = 5 * 60 * 1000

/** Forged signatures must not make us ask Secrets Manager all the time: at most once in so many milliseconds. */
const REFRESH_MILLISECONDS = 60 * 1000

type Read = { readonly consumer: ConsumerSecrets; readonly app: AppKeys; readonly at: number }

/**
 * The secrets of the X app: in Secrets Manager (an ARN) or, on one machine, in a file (`file:` URL).
 * Either holds `{"consumerKey","consumerSecret","consumerSecretPrevious"}`; an empty previous one is none.
 */
export function createXSecrets(place: string, access: AwsAccess, now: Clock): XSecrets {
  let known: Read | null = null

  async function read(maximumAge: number): Promise<Read> {
    const at = now().getTime()
    if (known && at < known.at + maximumAge) return known
    const text = place.startsWith('file:') ? readFileSync(new URL(place), 'utf8') : await fetchSecret(access, place)
    known = { ...secretsFrom(text), at }
    return known
  }

  return {
    consumer: async () => (await read(CACHED_MILLISECONDS)).consumer,
    refreshed: async () => (await read(REFRESH_MILLISECONDS)).consumer,
    async app() {
      const { app } = await read(CACHED_MILLISECONDS)
      if (app.key === '')
        throw new Error('the secret of the X app has no consumerKey yet: put in the keys of the X app')
      return app
    },
  }
}

async function fetchSecret(access: AwsAccess, arn: string): Promise<string> {
  const answer = await callAws(access, 'secretsmanager.GetSecretValue', '1.1', { SecretId: arn })
  return String((answer as { SecretString?: string }).SecretString ?? '')
}

/** @throws Error that says what to fill in, never what stands there */
function secretsFrom(text: string): Omit<Read, 'at'> {
  let fields: { consumerKey?: unknown; consumerSecret?: unknown; consumerSecretPrevious?: unknown } | null
  try {
    fields = JSON.parse(text)
  } catch {
    throw new Error('the secret of the X app is not JSON: it needs consumerKey, consumerSecret, consumerSecretPrevious')
  }
  const { consumerKey: key, consumerSecret: current, consumerSecretPrevious: previous } = fields ?? {}
  if (typeof current !== 'string' || current === '') {
    throw new Error('the secret of the X app has no consumerSecret yet: put in the keys of the X app')
  }
  return {
    consumer: { current, previous: typeof previous === 'string' && previous !== '' ? previous : null },
    app: { key: typeof key === 'string' ? key : '', secret: current },
  }
}
