import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { useResource } from '../../../api/resource.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Button } from '../../../components/button.tsx'
import { confirmDialog } from '../../../components/dialog.tsx'
import { ErrorNotice } from '../../../components/notice.tsx'
import { ticketMessages as t } from '../../../messages/ticket.ts'

/** Ignores the messages of a customer from now on, or no longer. */
export function Block({ customerId, name }: { customerId: string; name: string }) {
  const params = { id: customerId }
  const resource = useResource(customerId, (signal) => call('GET /api/customers/{id}/blocked', { params, signal }))
  const { error, run } = useAction()
  const isBlocked = resource.value?.blocked
  if (isBlocked === undefined) return null
  const change = async () => {
    if (!isBlocked && !(await confirmDialog(t.confirmBlock(name)))) return
    await run(async () => {
      resource.set(await call('PUT /api/customers/{id}/blocked', { params, body: { blocked: !isBlocked } }))
      showToast(isBlocked ? t.unblocked : t.blocked)
    })
  }
  return (
    <div>
      {isBlocked && <p>{t.isBlocked}</p>}
      {error && <ErrorNotice error={error} />}
      <Button small kind={isBlocked ? 'plain' : 'quiet'} onClick={change}>
        {isBlocked ? t.unblock : t.block}
      </Button>
    </div>
  )
}
