import { useState } from 'preact/hooks'
import type { ApiEvent } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError, useLoaded } from '../../loading.ts'
import { Button } from '../../parts/button.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Card } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { Skeleton } from '../../parts/waiting.tsx'
import { words } from '../../words.ts'

const { events: say } = words
type EventPage = { readonly events: readonly ApiEvent[]; readonly nextCursor: string | null }

/** What came for a channel and made no ticket, each with its reason. */
export function IgnoredEvents({ channelId }: { channelId: string }) {
  const [error, setError] = useState<ApiError>()
  const load = (cursor?: string, signal?: AbortSignal) =>
    call<EventPage>('GET', '/api/events', { query: { channelId, limit: '20', cursor }, ...(signal && { signal }) })
  const loaded = useLoaded(channelId, (signal) => load(undefined, signal))
  const more = async () => {
    const { events, nextCursor } = loaded.value ?? { events: [], nextCursor: null }
    try {
      const next = await load(nextCursor ?? undefined)
      loaded.set({ ...next, events: [...events, ...next.events] })
      setError(undefined)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  const failed = loaded.error ?? error
  return (
    <Card title={say.title} intro={say.intro} id="events">
      {!loaded.value && !loaded.error && <Skeleton />}
      {loaded.value?.events.length === 0 && <p class="faint">{say.empty}</p>}
      {loaded.value && loaded.value.events.length > 0 && <Events events={loaded.value.events} />}
      {failed && <Failure error={failed} onRetry={loaded.error ? loaded.reload : more} />}
      {loaded.value?.nextCursor && <Button onClick={more}>{words.showMore}</Button>}
    </Card>
  )
}

function Events({ events }: { events: readonly ApiEvent[] }) {
  return (
    <table class="table stacking">
      <thead>
        <tr>
          <th scope="col">{say.at}</th>
          <th scope="col">{say.kind}</th>
          <th scope="col">{say.reason}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event, index) => (
          <tr key={`${event.at} ${index}`}>
            <td class="faint">
              <Time at={event.at} />
            </td>
            <td>{kindOf(event)}</td>
            <td>
              {event.reason}
              {isPost(event) && (
                <a
                  class="aside-link"
                  href={`https://x.com/i/web/status/${event.externalId}`}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  {say.look}
                  <span class="for-readers"> {words.newTab}</span>
                </a>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function kindOf({ kind, outcome }: ApiEvent): string {
  const known = Object.hasOwn(say.kinds, kind) ? (say.kinds[kind] ?? kind) : kind
  return outcome === 'unreadable' ? `${known} · ${say.unreadable}` : known
}

const isPost = ({ kind, externalId }: ApiEvent) =>
  externalId !== null && /^\d+$/.test(externalId) && /^(tweet_create|post\.)/.test(kind)
