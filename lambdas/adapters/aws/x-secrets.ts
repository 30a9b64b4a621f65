import { readFileSync } from 'node:fs'
import type { Clock, XSecrets } from '../../core/ports.ts'
import type { ConsumerSecrets } from '../../core/signature.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** A changed secret is in use after at most so many milliseconds. */
const CACHED_MILLISECONDS = 5 * 60 * 1000

/**
 * The consumer secrets of the X app: in Secrets Manager (an ARN) or, on one machine, in a file (`file:` URL).
 * Either holds `{"consumerKey","consumerSecret","consumerSecretPrevious"}`; an empty previous one is none.
 */
export function createXSecrets(place: string, access: AwsAccess, now: Clock): XSecrets {
  let cached: { secrets: ConsumerSecrets; until: number } | null = null
  return {
    async consumer() {
      const time = now().getTime()
      if (cached && time < cached.until) return cached.secrets
      const text = place.startsWith('file:') ? readFileSync(new URL(place), 'utf8') : await fetchSecret(access, place)
      const secrets = consumerSecretsFrom(text)
      cached = { secrets, until: time + CACHED_MILLISECONDS }
      return secrets
    },
  }
}

async function fetchSecret(access: AwsAccess, arn: string): Promise<string> {
  const answer = await callAws(access, 'secretsmanager.GetSecretValue', '1.1', { SecretId: arn })
  return String((answer as { SecretString?: string }).SecretString ?? '')
}

/** @throws Error that says what to fill in, never what stands there */
function consumerSecretsFrom(text: string): ConsumerSecrets {
  let fields: { consumerSecret?: unknown; consumerSecretPrevious?: unknown }
  try {
    fields = JSON.parse(text)
  } catch {
    throw new Error('the secret of the X app is not JSON: it needs consumerKey, consumerSecret, consumerSecretPrevious')
  }
  const { consumerSecret: current, consumerSecretPrevious: previous } = fields
  if (typeof current !== 'string' || current === '') {
    throw new Error('the secret of the X app has no consumerSecret yet: put in the keys of the X app')
  }
  return { current, previous: typeof previous === 'string' && previous !== '' ? previous : null }
}
