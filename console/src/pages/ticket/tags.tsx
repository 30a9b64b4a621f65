import { useState } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { words } from '../../words.ts'

const { ticket: say } = words

/** The tags of a ticket; a change replaces all of them at once. */
export function Tags({ tags, onChange }: { tags: readonly string[]; onChange: (tags: readonly string[]) => unknown }) {
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<string>()
  const add = async () => {
    const tag = typed.trim()
    if (tag === '') return
    if (tag.length > 64 || tags.length >= 20) {
      setFault(say.tagFault)
      return
    }
    setTyped('')
    if (!tags.includes(tag)) await onChange([...tags, tag])
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
      <h2 class="label">{say.tags}</h2>
      <ul class="chips">
        {tags.map((tag) => (
          <li key={tag} class="chip">
            {tag}
            <button
              type="button"
              aria-label={say.removeTag(tag)}
              onClick={() => onChange(tags.filter((one) => one !== tag))}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <div class="inline-form">
        <Field label={say.addTag} fault={fault}>
          {(control) => (
            <input
              {...control}
              value={typed}
              autocomplete="off"
              onInput={(event) => {
                setTyped(event.currentTarget.value)
                setFault(undefined)
              }}
            />
          )}
        </Field>
        <Button disabled={typed.trim() === ''} onClick={add}>
          {say.add}
        </Button>
      </div>
    </form>
  )
}
