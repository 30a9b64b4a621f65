import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError } from '../../loading.ts'
import { confirmDone } from '../../parts/announce.tsx'
import { Button, IconButton } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Failure, Notice } from '../../parts/notice.tsx'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'
import { AttachedFiles } from './attached.tsx'
import { TAKEN, useAttaching } from './attaching.ts'
import { CheckResult, Counter } from './check-result.tsx'
import { useCheck } from './checking.ts'
import { useDraft } from './draft.ts'
import { MAX_DIRECT, MAX_POST, weigh } from './weight.ts'

const { reply: say } = words

type ReplyBoxProps = {
  readonly ticket: ApiTicket
  /** The entry under which a public reply goes; a direct message has none. */
  readonly entry?: Message
  readonly onSent: (message: Message) => void
  readonly onClose?: () => void
}

/** Where an agent writes: a direct message, or a public reply under an entry. */
export function ReplyBox({ ticket, entry, onSent, onClose }: ReplyBoxProps) {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const draft = useDraft(`${ticket.id} ${entry?.id ?? ''}`)
  const attaching = useAttaching(entry ? 4 : 1, draft.renew)
  const [error, setError] = useState<ApiError>()
  const [isOver, setOver] = useState(false)
  const path = `/api/tickets/${encodeURIComponent(ticket.id)}/replies`
  const body = {
    text: draft.text,
    ...(entry && { inReplyTo: entry.id }),
    ...(attaching.ids.length > 0 && { attachmentIds: attaching.ids }),
  }
  const check = useCheck(path, body)
  const length = check?.weightedLength ?? (entry ? weigh(draft.text) : [...draft.text].length)
  const max = check?.maxLength ?? (entry ? MAX_POST : MAX_DIRECT)
  const isEmpty = draft.text.trim() === '' && attaching.ids.length === 0
  const mayNot = isEmpty || length > max || attaching.isUploading || check?.ok === false

  useEffect(() => {
    if (entry) field.current?.focus()
  }, [entry])

  const send = async () => {
    if (mayNot) return
    try {
      const headers = { 'idempotency-key': draft.key }
      const message = await call<Message>('POST', path, { body, headers })
      draft.clear()
      attaching.clear()
      setError(undefined)
      confirmDone(say.queued)
      onSent(message)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  const take = (files: FileList | null | undefined) => {
    if (files && files.length > 0) attaching.add([...files])
    return Boolean(files?.length)
  }

  return (
    <form
      class={isOver ? 'reply-box over' : 'reply-box'}
      onSubmit={(event) => event.preventDefault()}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files)
      }}
    >
      <div class="reply-head">
        <label for={id}>
          <Icon name={entry ? 'globe' : 'lock'} size={16} />
          {entry ? words.message.replyTo(entry.author.name ?? entry.author.username ?? '') : say.direct}
        </label>
        <span class="faint small">{entry ? say.publicHint : say.directHint}</span>
        {onClose && <IconButton icon="close" label={say.close} onClick={onClose} />}
      </div>
      <textarea
        ref={field}
        id={id}
        rows={entry ? 3 : 4}
        value={draft.text}
        placeholder={entry ? say.placeholderPublic : say.placeholderDirect}
        aria-describedby={`${id}-count ${id}-check`}
        aria-invalid={length > max || undefined}
        onInput={(event) => draft.write(event.currentTarget.value)}
        onPaste={(event) => {
          if (take(event.clipboardData?.files)) event.preventDefault()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send()
        }}
      />
      <AttachedFiles files={attaching.files} onRemove={attaching.remove} />
      {attaching.fault && <Notice tone="danger">{attaching.fault}</Notice>}
      <div id={`${id}-check`}>
        <CheckResult check={check} length={length} max={max} />
      </div>
      {error && <Failure error={error} />}
      {error?.status === 0 && <p class="small">{say.lost}</p>}
      <div class="reply-foot">
        <input
          ref={picker}
          type="file"
          class="for-readers"
          tabIndex={-1}
          aria-hidden="true"
          accept={TAKEN.join(',')}
          multiple={entry !== undefined}
          onChange={(event) => {
            take(event.currentTarget.files)
            event.currentTarget.value = ''
          }}
        />
        <IconButton icon="attach" label={words.attachments.add} onClick={() => picker.current?.click()} />
        <span class="faint small shortcut">{say.shortcut}</span>
        <Counter id={`${id}-count`} length={length} max={max} isShown={entry !== undefined || length > max - 500} />
        <Button kind="primary" disabled={mayNot} onClick={send}>
          {entry ? say.sendPublic : say.send}
        </Button>
      </div>
    </form>
  )
}
