import { useRef, useState } from 'preact/hooks'
import { call, encoded, sentenceOf } from './api.ts'

type Draft = { readonly text: string; readonly type: 'public' | 'private'; readonly files: readonly File[] }

const empty: Draft = { text: '', type: 'public', files: [] }

/** What is written and not sent, by ticket: it stays while another ticket is open. */
const drafts = new Map<number, Draft>()

export function Composer({ ticketId, refresh }: { readonly ticketId: number; readonly refresh: () => Promise<void> }) {
  const [draft, setDraft] = useState(drafts.get(ticketId) ?? empty)
  const [fault, setFault] = useState<string>()
  const [isSending, setIsSending] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part }
    drafts.set(ticketId, next)
    setDraft(next)
    setFault(undefined)
  }
  const send = async (event: Event) => {
    event.preventDefault()
    if (isSending) return
    if (draft.text.trim() === '') return setFault('Write a text.')
    setIsSending(true)
    try {
      const files = await Promise.all(draft.files.map(encoded))
      await call('POST', '/_usedesk/comments', { ticketId, text: draft.text, type: draft.type, files })
      change({ text: '', files: [] })
      if (picker.current) picker.current.value = ''
      await refresh()
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setIsSending(false)
    }
  }
  const isPrivate = draft.type === 'private'
  return (
    <form class={isPrivate ? 'composer note' : 'composer'} onSubmit={send}>
      <fieldset class="kinds">
        <legend class="visually-hidden">Who reads it</legend>
        {(['public', 'private'] as const).map((type) => (
          <label key={type}>
            <input type="radio" name="type" checked={draft.type === type} onChange={() => change({ type })} />
            {type === 'public' ? 'Public answer' : 'Private note'}
          </label>
        ))}
        <span class="muted small">{isPrivate ? 'stays in Usedesk' : 'goes to the customer on X'}</span>
      </fieldset>
      <div class="field">
        <label class="visually-hidden" for="text">
          {isPrivate ? 'Private note' : 'Public answer'}
        </label>
        <textarea
          id="text"
          rows={2}
          value={draft.text}
          aria-invalid={fault ? 'true' : undefined}
          aria-describedby={fault ? 'text-fault' : undefined}
          onInput={({ currentTarget }) => change({ text: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send(event)
          }}
        />
        {fault && (
          <p class="field-error" id="text-fault" role="alert">
            {fault}
          </p>
        )}
      </div>
      <div class="actions composer-actions">
        <label class="label" for="files">
          Files
        </label>
        <input
          id="files"
          type="file"
          multiple
          ref={picker}
          onChange={({ currentTarget }) => change({ files: [...(currentTarget.files ?? [])] })}
        />
        <button class="button primary" type="submit" aria-busy={isSending || undefined}>
          <span>{isPrivate ? 'Save note' : 'Send answer'}</span>
        </button>
      </div>
    </form>
  )
}
