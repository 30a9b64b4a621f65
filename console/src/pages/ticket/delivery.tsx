import { useState } from 'preact/hooks'
import { type ApiError, call } from '../../api.ts'
import { asApiError } from '../../loading.ts'
import { confirmDone } from '../../parts/announce.tsx'
import { ask } from '../../parts/ask.tsx'
import { Button } from '../../parts/button.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Failure } from '../../parts/notice.tsx'
import { shortTime } from '../../parts/time.tsx'
import { role } from '../../session.ts'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'
import type { TicketHandle } from './loading.ts'

const { delivery: say } = words
type Delivery = NonNullable<Message['delivery']>

const icons: Readonly<Record<Delivery['status'], IconName>> = {
  pending: 'clock',
  sent: 'check',
  failed: 'warning',
  unknown: 'question',
}

/** How far a reply has come, and what to do where it has not. */
export function DeliveryState({ message, on }: { message: Message; on: TicketHandle }) {
  const [error, setError] = useState<ApiError>()
  const { delivery, id, ticketId } = message
  if (!delivery) return null
  const { status, reason } = delivery
  const retry = async (force: boolean) => {
    if (force && !(await ask(say.askRetry))) return
    const path = `/api/tickets/${encodeURIComponent(ticketId)}/messages/${encodeURIComponent(id)}/retry`
    try {
      on.put(await call<Message>('POST', path, { body: force ? { force } : {} }))
      setError(undefined)
      confirmDone(say.retried)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  const mayRetry = role.value !== null
  return (
    <div class={`delivery ${status}`}>
      <p>
        <Icon name={icons[status]} size={16} />
        <strong>{status === 'pending' && reason ? say.waiting : say[status]}</strong>
        {reason && <span>{reason}</span>}
        {status === 'pending' && reason && delivery.dueAt && (
          <span>
            ({say.dueAt} {shortTime(delivery.dueAt)})
          </span>
        )}
      </p>
      {status === 'unknown' && <p>{say.unknownText}</p>}
      {mayRetry && status === 'failed' && (
        <Button small icon="retry" onClick={() => retry(false)}>
          {say.retry}
        </Button>
      )}
      {mayRetry && status === 'unknown' && (
        <Button small icon="retry" onClick={() => retry(true)}>
          {say.retryAnyway}
        </Button>
      )}
      {error && <Failure error={error} />}
    </div>
  )
}
