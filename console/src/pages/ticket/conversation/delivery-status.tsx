import type { Delivery, Message, Resolution } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Button } from '../../../components/button.tsx'
import { confirmDialog } from '../../../components/dialog.tsx'
import { Icon, type IconName } from '../../../components/icon.tsx'
import { ErrorNotice } from '../../../components/notice.tsx'
import { formatTime } from '../../../format.ts'
import { composerMessages } from '../../../messages/composer.ts'
import { deliveryMessages as t } from '../../../messages/ticket.ts'
import { role } from '../../../session/session.ts'
import type { TicketActions } from '../use-ticket.ts'

const icons: Readonly<Record<Delivery['status'], IconName>> = {
  pending: 'clock',
  sent: 'check',
  failed: 'warning',
  unknown: 'question',
  cancelled: 'close',
}

type DeliveryStatusProps = {
  readonly message: Message
  readonly delivery: Delivery
  readonly actions: TicketActions
}

/** Whether a reply is sent, and what an agent can do when it is not. */
export function DeliveryStatus({ message, delivery, actions }: DeliveryStatusProps) {
  const { status, reason, dueAt } = delivery
  const isWaiting = status === 'pending' && reason
  return (
    <div class={`delivery ${status}`}>
      <p>
        <Icon name={icons[status]} size={16} />
        <strong>{isWaiting ? t.waiting : t[status]}</strong>
        {reason && <span>{reason}</span>}
        {isWaiting && dueAt && <span>{t.nextTry(formatTime(dueAt))}</span>}
      </p>
      {status === 'unknown' && <p>{t.unknownText}</p>}
      {role.value !== null && (status === 'failed' || status === 'unknown' || isWaiting) && (
        <DeliveryActions message={message} delivery={delivery} actions={actions} />
      )}
    </div>
  )
}

function DeliveryActions({ message, delivery: { status }, actions }: DeliveryStatusProps) {
  const { error, run } = useAction()
  const params = { id: message.ticketId, messageId: message.id }
  const isUnknown = status === 'unknown'
  const change = (call: Promise<Message>, done: string) =>
    run(async () => {
      actions.putMessage(await call)
      showToast(done)
    })
  const retry = async () => {
    if (isUnknown && !(await confirmDialog(t.confirmRetry))) return
    const body = isUnknown ? { force: true } : {}
    await change(call('POST /api/tickets/{id}/messages/{messageId}/retry', { params, body }), t.retried)
  }
  const resolved = (as: Resolution['as']) =>
    call('POST /api/tickets/{id}/messages/{messageId}/resolve', { params, body: { as } })
  const resolve = (as: Resolution['as']) => change(resolved(as), composerMessages.resolved[as])
  const discard = async () => {
    if (await confirmDialog(composerMessages.confirmDiscard)) await resolve('cancelled')
  }
  const rewrite = () =>
    run(async () => {
      actions.putMessage(await resolved('cancelled'))
      actions.rewrite(message)
      const { changed, filesStay } = composerMessages
      showToast(message.attachments.length > 0 ? `${changed} ${filesStay}` : changed)
    })
  return (
    <>
      <div class="actions">
        {isUnknown && (
          <Button small icon="check" onClick={() => resolve('sent')}>
            {composerMessages.isOnX}
          </Button>
        )}
        {status !== 'pending' && (
          <Button small icon="retry" onClick={retry}>
            {isUnknown ? t.retryAnyway : t.retry}
          </Button>
        )}
        {status === 'failed' && (
          <>
            <Button small onClick={rewrite}>
              {composerMessages.change}
            </Button>
            <Button small kind="quiet" onClick={discard}>
              {composerMessages.discard}
            </Button>
          </>
        )}
        {status === 'pending' && (
          <Button small kind="quiet" onClick={() => resolve('cancelled')}>
            {composerMessages.cancelReply}
          </Button>
        )}
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
