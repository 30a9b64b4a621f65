import { createUsedeskSecrets } from '../adapters/aws/usedesk-secrets.ts'
import { createUsedeskApi } from '../adapters/usedesk/api.ts'
import { awsAccess } from './aws.ts'
import { now } from './clock.ts'

/** The secrets of Usedesk. */
export function openUsedeskSecrets({ USEDESK_SECRETS: location }: { USEDESK_SECRETS: string }) {
  return createUsedeskSecrets(location, awsAccess('secretsmanager'), now)
}

/** What a handler needs to call Usedesk. */
export function openUsedesk(environment: { USEDESK_API_URL: string; USEDESK_SECRETS: string }) {
  const secrets = openUsedeskSecrets(environment)
  return { api: createUsedeskApi(environment.USEDESK_API_URL, async () => (await secrets()).apiToken) }
}
