import { readFileSync } from 'node:fs'
import type { UsedeskSecrets } from '../../core/ports/usedesk.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** A changed secret is in use after this time at the latest. */
const CACHE_TTL_MS = 5 * 60_000

/**
 * The secrets of Usedesk, from Secrets Manager or, on one machine, from a file. Both contain JSON:
 * `{"apiToken","webhookSecret"}`.
 * @param location the ARN of a secret, or a `file:` URL
 */
export function createUsedeskSecrets(location: string, access: AwsAccess, now: () => Date) {
  let cached: { readonly secrets: UsedeskSecrets; readonly at: number } | null = null

  return async (): Promise<UsedeskSecrets> => {
    const at = now().getTime()
    if (cached && at < cached.at + CACHE_TTL_MS) return cached.secrets
    cached = { secrets: secretsFrom(await read()), at }
    return cached.secrets
  }

  async function read(): Promise<string> {
    if (location.startsWith('file:')) return readFileSync(new URL(location), 'utf8')
    const answer = await callAws(access, 'secretsmanager.GetSecretValue', '1.1', { SecretId: location })
    return (answer as { SecretString?: string }).SecretString ?? ''
  }
}

/** @throws Error that says which field is wrong, and never quotes the secret */
function secretsFrom(text: string): UsedeskSecrets {
  let fields: { apiToken?: unknown; webhookSecret?: unknown } | null
  try {
    fields = JSON.parse(text)
  } catch {
    throw new Error('the secret of Usedesk is not JSON: it needs apiToken and webhookSecret')
  }
  const { apiToken, webhookSecret } = fields ?? {}
  if (typeof webhookSecret !== 'string' || webhookSecret === '') {
    throw new Error('the secret of Usedesk has no webhookSecret')
  }
  return { apiToken: typeof apiToken === 'string' ? apiToken : '', webhookSecret }
}
