import { useEffect, useRef, useState } from 'preact/hooks'
import type { View } from '../view.ts'
import { call, sentenceOf } from './api.ts'
import { timeOfDay } from './time.ts'

/** What an administrator of Usedesk sets for a channel of the kind «API», and what became of its events. */
export function Connection({ view, refresh }: { readonly view: View; readonly refresh: () => Promise<void> }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { violations, deliveries } = view
  return (
    <article class="connection" aria-labelledby="connection">
      <a class="back" href="#all">
        <span aria-hidden="true">←</span> All tickets
      </a>
      <h2 id="connection" ref={heading} tabIndex={-1}>
        Connection
      </h2>
      <RedirectUrl url={view.redirectUrl ?? ''} refresh={refresh} />
      <p>
        Token of the API: <code>{view.token}</code>
      </p>
      <section aria-labelledby="violations">
        <h3 id="violations">Calls that Usedesk would refuse</h3>
        <p>
          {violations.last
            ? `${violations.count}, the last at ${timeOfDay(violations.last.at)}: ${violations.last.call}: ${violations.last.problem}`
            : 'None: every call keeps to the documentation.'}
        </p>
      </section>
      <section aria-labelledby="deliveries">
        <h3 id="deliveries">Last events</h3>
        {deliveries.length === 0 && <p class="muted">None yet.</p>}
        <ul class="deliveries">
          {deliveries.map(({ id, event, ticketId, createdAt, status, answer }) => (
            <li key={id}>
              <time class="muted" dateTime={createdAt}>
                {timeOfDay(createdAt)}
              </time>
              <span>
                {event} <a href={`#${ticketId}`}>#{ticketId}</a>
              </span>
              <span class={`badge ${status === 'delivered' ? 'status-solved' : status === 'failed' ? 'failed' : ''}`}>
                {answer === null ? 'waiting' : String(answer)}
              </span>
              <button
                class="button small"
                type="button"
                aria-label={`Send again: ${event} of ${timeOfDay(createdAt)}`}
                onClick={() => call('POST', `/_usedesk/deliveries/${id}`).then(refresh, refresh)}
              >
                Send again
              </button>
            </li>
          ))}
        </ul>
      </section>
    </article>
  )
}

function RedirectUrl({ url, refresh }: { readonly url: string; readonly refresh: () => Promise<void> }) {
  const [text, setText] = useState(url)
  const [fault, setFault] = useState<string>()
  const save = async (event: Event) => {
    event.preventDefault()
    setFault(undefined)
    await call('POST', '/_usedesk/settings', { redirectUrl: text.trim() || null }).catch((error) =>
      setFault(sentenceOf(error)),
    )
    await refresh()
  }
  return (
    <form class="field" onSubmit={save}>
      <label for="redirect-url">Redirect URL</label>
      <input
        id="redirect-url"
        type="url"
        value={text}
        aria-describedby="redirect-url-hint"
        aria-invalid={fault ? 'true' : undefined}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <p class="hint" id="redirect-url-hint">
        Events of tickets go there. Empty: nowhere.
      </p>
      {fault && (
        <p class="field-error" role="alert">
          {fault}
        </p>
      )}
      <div class="actions">
        <button class="button" type="submit">
          Save
        </button>
      </div>
    </form>
  )
}
