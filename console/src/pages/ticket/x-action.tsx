import type { XActionResult } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { xActionMessages as t, type XActionName } from '../../messages/x-actions.ts'

type XActionProps = {
  readonly action: XActionName
  readonly ticketId: string
  /** The customer's name, for the question. */
  readonly name: string
  readonly messageId?: string
  readonly onDone?: (result: XActionResult) => void
}

/** A button for something on X: it asks first, with what X charges. */
export function XAction({ action, ticketId, name, messageId, onDone }: XActionProps) {
  const { error, run } = useAction()
  const act = () =>
    run(async () => {
      const options = { params: { id: ticketId }, body: { action, messageId } }
      const query = { dryRun: 'true' } as const
      const { priceUsd } = await call('POST /api/tickets/{id}/x-actions', { ...options, query })
      const { title, text, done } = t.actions[action]
      const price = t.price(String(priceUsd))
      const isDanger = action === 'delete_reply'
      if (
        !(await confirmDialog({
          title: title(name),
          text: `${text} ${price}`,
          confirm: t.actions[action].label,
          isDanger,
        }))
      )
        return
      onDone?.(await call('POST /api/tickets/{id}/x-actions', options))
      showToast(done)
    })
  return (
    <>
      <Button small kind="quiet" onClick={act}>
        {t.actions[action].label}
      </Button>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
