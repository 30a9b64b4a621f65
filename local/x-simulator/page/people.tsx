import { useRef, useState } from 'preact/hooks'
import type { ShownUser } from '../page.ts'
import { call, sentenceOf } from './api.ts'
import { Fault } from './parts.tsx'

export type PeopleProps = {
  readonly users: readonly ShownUser[]
  readonly person: ShownUser
  readonly choose: (username: string) => Promise<void>
}

/** Who one is on this page, and a form that adds somebody. */
export function People({ users, person, choose }: PeopleProps) {
  const select = useRef<HTMLSelectElement>(null)
  const details = useRef<HTMLDetailsElement>(null)
  const [username, setUsername] = useState('')
  const [name, setName] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const add = async (event: Event) => {
    event.preventDefault()
    const handle = username.trim().replace(/^@/, '')
    try {
      await call('POST', '/_x/users', { username: handle, name: name.trim() || handle })
    } catch (error) {
      return setFault(sentenceOf(error))
    }
    setFault(null)
    setUsername('')
    setName('')
    if (details.current) details.current.open = false
    await choose(handle)
    select.current?.focus()
  }
  return (
    <section class="who" aria-label="Who you are">
      <label for="person">You are</label>
      <select
        id="person"
        ref={select}
        value={person.username}
        onChange={({ currentTarget }) => void choose(currentTarget.value)}
      >
        {users.map((user) => (
          <option key={user.username} value={user.username}>
            @{user.username}
          </option>
        ))}
      </select>
      <details ref={details}>
        <summary class="button quiet">Add a person</summary>
        <form class="add" onSubmit={add}>
          <label for="add-username">Username</label>
          <input
            id="add-username"
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            maxLength={16}
            placeholder="ann_example"
            required
            value={username}
            onInput={({ currentTarget }) => setUsername(currentTarget.value)}
          />
          <label for="add-name">Name</label>
          <input
            id="add-name"
            autoComplete="off"
            maxLength={50}
            placeholder="Ann Example"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <button type="submit" class="button primary">
            Add this person
          </button>
          <Fault>{fault}</Fault>
        </form>
      </details>
    </section>
  )
}
