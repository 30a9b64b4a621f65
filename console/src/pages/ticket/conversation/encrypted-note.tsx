import type { Message } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Button } from '../../../components/button.tsx'
import { ExternalLink } from '../../../components/external-link.tsx'
import { ErrorNotice } from '../../../components/notice.tsx'
import { webUrl } from '../../../links.ts'
import { encryptedMessages as t } from '../../../messages/encrypted.ts'
import { conversationMessages } from '../../../messages/ticket.ts'
import type { TicketActions } from '../use-ticket.ts'

type EncryptedNoteProps = {
  readonly message: Message
  readonly notice: NonNullable<Message['notice']>
  readonly actions: TicketActions
}

/** Stands for an encrypted message that could not be read: why, and how to read it. */
export function EncryptedNote({ message, notice, actions }: EncryptedNoteProps) {
  const { error, run } = useAction()
  const href = webUrl(notice.url)
  const readNow = () =>
    run(async () => {
      const params = { id: message.ticketId, messageId: message.id }
      await call('POST /api/tickets/{id}/messages/{messageId}/read-now', { params })
      showToast(t.readingNow)
      await actions.refresh()
    })
  return (
    <>
      <p class="message-note">
        {notice.detail} {href && <ExternalLink href={href}>{conversationMessages.readOnX}</ExternalLink>}
        <Button small kind="quiet" icon="retry" onClick={readNow}>
          {t.readNow}
        </Button>
      </p>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
