import { useAction } from '../../../api/action.ts'
import { call, ticketPath } from '../../../api/client.ts'
import type { Delivery, Message } from '../../../api/types.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Button } from '../../../components/button.tsx'
import { confirmDialog } from '../../../components/dialog.tsx'
import { Icon, type IconName } from '../../../components/icon.tsx'
import { ErrorNotice } from '../../../components/notice.tsx'
import { formatTime } from '../../../format.ts'
import { deliveryMessages as t } from '../../../messages/ticket.ts'
import { role } from '../../../session/session.ts'
import type { TicketActions } from '../use-ticket.ts'

const icons: Readonly<Record<Delivery['status'], IconName>> = {
  pending: 'clock',
  sent: 'check',
  failed: 'warning',
  unknown: 'question',
}

type DeliveryStatusProps = {
  readonly message: Message
  readonly delivery: Delivery
  readonly actions: TicketActions
}

/** Whether a reply is sent, and a button to send it again when it is not. */
export function DeliveryStatus({ message: { id, ticketId }, delivery, actions }: DeliveryStatusProps) {
  const { status, reason, dueAt } = delivery
  const { error, run } = useAction()
  const isUnknown = status === 'unknown'
  const retry = async () => {
    if (isUnknown && !(await confirmDialog(t.confirmRetry))) return
    const path = `${ticketPath(ticketId)}/messages/${encodeURIComponent(id)}/retry`
    await run(async () => {
      actions.putMessage(await call<Message>('POST', path, { body: isUnknown ? { force: true } : {} }))
      showToast(t.retried)
    })
  }
  const isWaiting = status === 'pending' && reason
  const mayRetry = role.value !== null && (isUnknown || status === 'failed')
  return (
    <div class={`delivery ${status}`}>
      <p>
        <Icon name={icons[status]} size={16} />
        <strong>{isWaiting ? t.waiting : t[status]}</strong>
        {reason && <span>{reason}</span>}
        {isWaiting && dueAt && <span>{t.nextTry(formatTime(dueAt))}</span>}
      </p>
      {isUnknown && <p>{t.unknownText}</p>}
      {mayRetry && (
        <Button small icon="retry" onClick={retry}>
          {isUnknown ? t.retryAnyway : t.retry}
        </Button>
      )}
      {error && <ErrorNotice error={error} />}
    </div>
  )
}
