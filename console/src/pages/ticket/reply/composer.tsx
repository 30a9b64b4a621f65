import { useRef, useState } from 'preact/hooks'
import type { Message, Ticket } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { confirmDialog } from '../../../components/dialog.tsx'
import { ErrorNotice, Notice } from '../../../components/notice.tsx'
import { composerMessages as t } from '../../../messages/composer.ts'
import { personId } from '../../../session/session.ts'
import { isEntry } from '../conversation/entries.ts'
import type { TicketActions } from '../use-ticket.ts'
import { hasDraft } from './drafts.ts'
import { ReplyForm } from './reply-form.tsx'

type ComposerProps = {
  readonly ticket: Ticket
  readonly messages: readonly Message[]
  readonly actions: TicketActions
  /** The entry that the agent chose; null for the latest. */
  readonly chosenId: string | null
  readonly onChoose: (change: (id: string | null) => string | null) => void
  /** Differs when the draft was changed from outside. */
  readonly draftNumber: number
}

/** The form below the conversation: a direct message, or a public reply under the chosen or the latest entry. */
export function Composer({ ticket, messages, actions, chosenId, onChoose, draftNumber }: ComposerProps) {
  const isMention = ticket.kind === 'mention'
  const entries = messages.filter(isEntry)
  const drafted = entries.findLast(({ id }) => hasDraft({ ticketId: ticket.id, entryId: id }))
  const [initialId] = useState(drafted?.id ?? null)
  const entry = entries.find(({ id }) => id === (chosenId ?? initialId)) ?? entries.at(-1)
  const { error, run } = useAction()
  /** Our replies that were there when the agent began to write. */
  const known = useRef(outboundIds(messages))
  if (isMention && !entry) return <Notice icon="info">{t.noEntry}</Notice>

  /** False if a colleague has answered meanwhile and the agent does not want to send. */
  const mayStillSend = async (): Promise<boolean> => {
    const before = known.current
    const now = await actions.reload().catch(() => messages)
    // An own reply whose answer was lost is there, too.
    const others = now.filter(
      ({ id, direction, author }) => direction === 'outbound' && !before.has(id) && author.id !== personId.value,
    )
    const latest = others.at(-1)
    if (!latest) return true
    return confirmDialog(t.colleagueReplied(latest.author.name ?? latest.author.username ?? '', latest.text))
  }
  const handleSent = async (reply: Message, andSolve: boolean) => {
    known.current = new Set([...known.current, reply.id])
    actions.putMessage(reply)
    // The agent may have chosen another one while it was being sent.
    onChoose((now) => (now === (entry?.id ?? null) ? null : now))
    if (andSolve) {
      await run(async () =>
        actions.setTicket(
          await call('PATCH /api/tickets/{id}', { params: { id: ticket.id }, body: { status: 'solved' } }),
        ),
      )
    }
    void actions.refresh()
  }
  return (
    <div class="composer">
      {error && <ErrorNotice error={error} />}
      <ReplyForm
        key={`${isMention ? entry?.id : ''} ${draftNumber}`}
        ticket={ticket}
        {...(isMention && entry ? { entry } : {})}
        isFocused={chosenId !== null || draftNumber > 0}
        onBegin={() => {
          known.current = outboundIds(messages)
          if (isMention && entry) onChoose(() => entry.id)
        }}
        maySend={mayStillSend}
        onSent={handleSent}
      />
    </div>
  )
}

function outboundIds(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(messages.filter(({ direction }) => direction === 'outbound').map(({ id }) => id))
}
