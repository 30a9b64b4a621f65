/** Called by administrators to read and flip the switch of the whole integration. */
import { changeExtensionBody, noQuery } from '../../core/api/requests.ts'
import { changesOf } from '../../core/audit/entry.ts'
import { type PreviousSecret, previousSecretOf } from '../../core/channels/previous-secret.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Clock, XSecrets } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type EventSource, endOf } from '../../core/x/event-source.ts'
import { type Route, route } from './route.ts'

export type ExtensionDependencies = Pick<Stores, 'channels' | 'health'> & {
  secrets: Pick<XSecrets, 'previousSince'>
  /** The event system that channels subscribe to. */
  eventSource: EventSource
  trail: AuditTrail
  now: Clock
}

export function extensionRoutes({
  channels,
  health,
  secrets,
  eventSource,
  trail,
  now,
}: ExtensionDependencies): Route[] {
  const toApiExtension = async (enabled: boolean) => ({
    id: 'twitter' as const,
    name: 'Twitter' as const,
    enabled,
    eventSourceEnd: endOf(eventSource),
    previousSecret: await previousSecret(),
  })

  async function previousSecret(): Promise<PreviousSecret | null> {
    // The switch must work before the keys of the X app are filled in.
    const since = await secrets.previousSince().catch(() => null)
    return since === null ? null : previousSecretOf(since, await health.previousSecretNeededAt(), now())
  }

  return [
    route({
      method: 'GET',
      path: '/api/extensions',
      operation: 'listExtensions',
      summary: 'The extensions and whether they are enabled',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'extensionList',
      problems: [],
      handle: async () => ({ extensions: [await toApiExtension((await channels.extension()).enabled)] }),
    }),
    route({
      method: 'PATCH',
      path: '/api/extensions/twitter',
      operation: 'changeExtension',
      summary:
        'Enable or disable the extension; while disabled, nothing opens a ticket and no channel can be connected',
      access: 'administrator',
      query: noQuery,
      body: changeExtensionBody,
      answer: 'extension',
      problems: [],
      handle: async ({ body, actor }) => {
        const { enabled } = await channels.extension()
        const changes = changesOf({ enabled }, body)
        if (changes) await trail.record(actor, { kind: 'extension_changed', object: 'twitter', ...changes })
        await channels.setExtension(body.enabled, now().toISOString())
        return toApiExtension(body.enabled)
      },
    }),
  ]
}
