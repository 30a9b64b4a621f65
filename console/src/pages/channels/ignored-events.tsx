import type { Event } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../components/button.tsx'
import { ExternalLink } from '../../components/external-link.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Card } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { postUrl } from '../../links.ts'
import { ignoredEventsMessages as t } from '../../messages/channels.ts'
import { commonMessages } from '../../messages/common.ts'

/** Events of a channel that made no ticket, each with its reason. */
export function IgnoredEvents({ channelId }: { channelId: string }) {
  const load = (cursor?: string, signal?: AbortSignal) =>
    call('GET /api/events', { query: { channelId, limit: 20, cursor }, signal })
  const resource = useResource(channelId, (signal) => load(undefined, signal))
  const { events, nextCursor } = resource.value ?? { events: [], nextCursor: null }
  const { error, run } = useAction(null)
  const loadMore = () =>
    run(async () => {
      const next = await load(nextCursor ?? undefined)
      resource.set({ ...next, events: [...events, ...next.events] })
    })
  return (
    <Card title={t.title} intro={t.intro} id="events">
      {resource.value && events.length === 0 && <p class="muted">{t.empty}</p>}
      {events.length > 0 && <EventTable events={events} />}
      <ResourceStatus resource={resource} lines={1} />
      {error && <ErrorNotice error={error} onRetry={loadMore} />}
      {nextCursor && <Button onClick={loadMore}>{commonMessages.showMore}</Button>}
    </Card>
  )
}

function EventTable({ events }: { events: readonly Event[] }) {
  return (
    <table class="table stacked">
      <thead>
        <tr>
          <th scope="col">{t.at}</th>
          <th scope="col">{t.kind}</th>
          <th scope="col">{t.reason}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event, index) => {
          const href = urlOf(event)
          return (
            <tr key={`${event.at} ${index}`}>
              <td class="muted">
                <Time at={event.at} />
              </td>
              <td>{kindOf(event)}</td>
              <td>
                {event.reason}
                {href && (
                  <ExternalLink className="inline-link" href={href}>
                    {t.seeOnX}
                  </ExternalLink>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function kindOf({ kind, outcome }: Event): string {
  const name = Object.hasOwn(t.kinds, kind) ? (t.kinds[kind] ?? kind) : kind
  return outcome === 'unreadable' ? `${name} · ${t.unreadable}` : name
}

const urlOf = ({ kind, externalId }: Event): string | null =>
  /^(tweet_create|post\.)/.test(kind) ? postUrl(externalId) : null
