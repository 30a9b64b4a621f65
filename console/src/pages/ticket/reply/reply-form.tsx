import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Message, Ticket } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Button, IconButton } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { ErrorNotice, Notice } from '../../../components/notice.tsx'
import { composerMessages } from '../../../messages/composer.ts'
import { encryptedMessages } from '../../../messages/encrypted.ts'
import { attachmentMessages, replyMessages as t } from '../../../messages/ticket.ts'
import { AttachmentList } from './attachment-list.tsx'
import { DirectMessageLink } from './direct-message-link.tsx'
import { changeDraft, clearDraft, draftAt, setSending } from './drafts.ts'
import { ACCEPTED_TYPES, useAttachments } from './use-attachments.ts'
import { useReplyValidation } from './use-reply-validation.ts'
import { CharacterCount, ValidationResult } from './validation-result.tsx'
import { MAX_DIRECT_MESSAGE_LENGTH, MAX_POST_LENGTH, weightedLength } from './weighted-length.ts'

/** The form of a direct message shows the count only when fewer characters are left. */
const SHOW_COUNT_BELOW_CHARACTERS = 500

type ReplyFormProps = {
  readonly ticket: Ticket
  /** The post that a public reply answers; undefined for a direct message. */
  readonly entry?: Message
  readonly isFocused: boolean
  /** Called when the agent begins to write. */
  readonly onBegin: () => void
  /** Asked right before the reply is sent. */
  readonly maySend: () => Promise<boolean>
  readonly onSent: (reply: Message, andSolve: boolean) => void
}

/** The form to write a direct message or a public reply. */
export function ReplyForm({ ticket, entry, isFocused, onBegin, maySend, onSent }: ReplyFormProps) {
  const id = useId()
  const textarea = useRef<HTMLTextAreaElement>(null)
  const fileInput = useRef<HTMLInputElement>(null)
  const place = { ticketId: ticket.id, entryId: entry?.id ?? null }
  const draft = draftAt(place).value
  const { isSending } = draft
  const attachments = useAttachments(place, entry ? 4 : 1)
  const { error, run } = useAction(t.notSent(ticket.customer.name ?? ticket.customer.username ?? ''))
  const [isDragOver, setDragOver] = useState(false)
  const params = { id: ticket.id }
  const body = {
    text: draft.text,
    ...(entry && { inReplyTo: entry.id }),
    ...(attachments.ids.length > 0 && { attachmentIds: attachments.ids }),
  }
  const validation = useReplyValidation(ticket.id, body)
  const length = validation?.weightedLength ?? (entry ? weightedLength(draft.text) : [...draft.text].length)
  const maxLength = validation?.maxLength ?? (entry ? MAX_POST_LENGTH : MAX_DIRECT_MESSAGE_LENGTH)
  const isTooLong = length > maxLength
  /** The check says already why it cannot be sent. */
  const isTold = validation?.problems.some(({ detail }) => detail === error?.detail) ?? false
  const isEmpty = draft.text.trim() === '' && attachments.ids.length === 0
  const isDisabled =
    isEmpty || isTooLong || attachments.isUploading || attachments.hasFailed || validation?.ok === false

  useEffect(() => {
    if (isFocused) textarea.current?.focus()
  }, [entry?.id, isFocused])

  const send = async (andSolve = false) => {
    if (isDisabled || isSending) return
    setSending(place, true)
    await run(async () => {
      if (!(await maySend())) return
      const reply = await call('POST /api/tickets/{id}/replies', { params, body, idempotencyKey: draft.idempotencyKey })
      clearDraft(place)
      showToast(t.queued)
      onSent(reply, andSolve)
    })
    setSending(place, false)
  }
  const removeLinks = () => {
    if (isSending) return
    changeDraft(place, { text: withoutPlaces(draft.text, validation?.links ?? []) })
    textarea.current?.focus()
  }
  const attach = (files: FileList | null | undefined) => {
    if (!files?.length) return false
    if (!isSending) attachments.add([...files])
    return true
  }

  return (
    <form
      class={isDragOver ? 'reply-form drag-over' : 'reply-form'}
      onSubmit={(event) => event.preventDefault()}
      onDragOver={(event) => {
        event.preventDefault()
        setDragOver(true)
      }}
      onDragLeave={() => setDragOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setDragOver(false)
        attach(event.dataTransfer?.files)
      }}
    >
      <div class="reply-header">
        <label for={id}>
          <Icon name={entry ? 'globe' : validation?.encrypted ? 'lock' : 'envelope'} size={16} />
          {entry ? t.publicTo(entry.author.name ?? entry.author.username ?? '') : t.direct}
        </label>
        <span class="muted small">
          {entry ? t.publicHint : validation?.encrypted ? encryptedMessages.replyHint : t.directHint}
        </span>
        {entry && <DirectMessageLink ticket={ticket} />}
      </div>
      <textarea
        ref={textarea}
        data-shortcut="r"
        id={id}
        rows={2}
        value={draft.text}
        readOnly={isSending}
        placeholder={entry ? t.publicPlaceholder : t.directPlaceholder}
        aria-describedby={`${id}-count ${id}-validation`}
        aria-invalid={isTooLong || undefined}
        onInput={(event) => {
          if (draft.text === '') onBegin()
          changeDraft(place, { text: event.currentTarget.value })
        }}
        onPaste={(event) => {
          if (attach(event.clipboardData?.files)) event.preventDefault()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send()
        }}
      />
      <AttachmentList files={attachments.files} onRemove={(key) => isSending || attachments.remove(key)} />
      {attachments.hasFailed && <Notice tone="warning">{composerMessages.uploadFailed}</Notice>}
      {attachments.error && <Notice tone="danger">{attachments.error}</Notice>}
      <div id={`${id}-validation`}>
        <ValidationResult validation={validation} isTooLong={isTooLong} onRemoveLinks={removeLinks} />
      </div>
      {error && !isTold && <ErrorNotice error={error} />}
      {error?.status === 0 && <p class="small">{t.noAnswer}</p>}
      <div class="reply-footer">
        <input
          ref={fileInput}
          type="file"
          class="visually-hidden"
          tabIndex={-1}
          aria-hidden="true"
          accept={ACCEPTED_TYPES.join(',')}
          multiple={entry !== undefined}
          onChange={(event) => {
            attach(event.currentTarget.files)
            event.currentTarget.value = ''
          }}
        />
        <IconButton icon="attach" label={attachmentMessages.add} onClick={() => fileInput.current?.click()} />
        <span class="muted small shortcut">{t.shortcut}</span>
        <CharacterCount
          id={`${id}-count`}
          length={length}
          maxLength={maxLength}
          isShown={entry !== undefined || maxLength - length < SHOW_COUNT_BELOW_CHARACTERS}
        />
        <Button disabled={isDisabled} onClick={() => send(true)}>
          {composerMessages.sendAndSolve}
        </Button>
        <Button kind="primary" disabled={isDisabled} onClick={() => send()}>
          {entry ? t.sendPublic : t.send}
        </Button>
      </div>
    </form>
  )
}

/** A text without some parts, and without the spaces that stood before them. @param places in its order */
function withoutPlaces(text: string, places: readonly { readonly start: number; readonly end: number }[]): string {
  return places
    .toReversed()
    .reduce((left, { start, end }) => left.slice(0, start).trimEnd() + left.slice(end), text)
    .trimStart()
}
