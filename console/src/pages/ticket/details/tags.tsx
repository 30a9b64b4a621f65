import { useState } from 'preact/hooks'
import { Button } from '../../../components/button.tsx'
import { Field } from '../../../components/field.tsx'
import { Icon } from '../../../components/icon.tsx'
import { ticketMessages as t } from '../../../messages/ticket.ts'

const MAX_TAG_CHARACTERS = 64
const MAX_TAGS = 20

type TagsProps = {
  readonly tags: readonly string[]
  /** One tag at a time, so that the tags of two agents at once are both kept. */
  readonly onAdd: (tag: string) => Promise<boolean>
  readonly onRemove: (tag: string) => unknown
}

/** The tags of a ticket, with buttons to add and remove them. */
export function Tags({ tags, onAdd, onRemove }: TagsProps) {
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string>()
  const add = async () => {
    const tag = typed.trim()
    if (tag === '') return
    if (tag.length > MAX_TAG_CHARACTERS || tags.length >= MAX_TAGS) {
      setError(t.tagError)
      return
    }
    setTyped('')
    if (!tags.includes(tag) && !(await onAdd(tag))) setTyped((now) => now || tag)
  }
  return (
    <form
      class="tags"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <h2 class="label">{t.tags}</h2>
      <ul class="chips">
        {tags.map((tag) => (
          <li key={tag} class="chip">
            {tag}
            <button type="button" aria-label={t.removeTag(tag)} onClick={() => onRemove(tag)}>
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <div class="inline-form">
        <Field label={t.addTag} error={error}>
          {(control) => (
            <input
              {...control}
              value={typed}
              autocomplete="off"
              onInput={(event) => {
                setTyped(event.currentTarget.value)
                setError(undefined)
              }}
            />
          )}
        </Field>
        <Button disabled={typed.trim() === ''} onClick={add}>
          {t.add}
        </Button>
      </div>
    </form>
  )
}
