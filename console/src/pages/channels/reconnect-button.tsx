import { useAction } from '../../api/action.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { channelMessages as t } from '../../messages/channels.ts'
import { redirectToX } from './connect.ts'

/** Leads to X, where the account allows access again. */
export function ReconnectButton({ id, isPrimary }: { id: string; isPrimary?: boolean }) {
  const { error, run } = useAction()
  return (
    <>
      <Button kind={isPrimary ? 'primary' : 'plain'} icon="retry" onClick={() => run(() => redirectToX(id))}>
        {t.reconnect}
      </Button>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
