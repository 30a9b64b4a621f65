import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiChannel } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { useUnsaved } from '../../leaving.ts'
import { asApiError } from '../../loading.ts'
import { confirmDone } from '../../parts/announce.tsx'
import { Button } from '../../parts/button.tsx'
import { Field, Switch } from '../../parts/field.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Card } from '../../parts/page.tsx'
import { words } from '../../words.ts'

const { channel: say } = words

/** The settings as they stand in the form; hours as they were typed. */
type Draft = Pick<ApiChannel, 'name' | 'directMessages' | 'mentions'> & { readonly noMessagesHours: string }
type Setting = keyof Draft

const draftOf = ({ name, directMessages, mentions, noMessagesHours }: ApiChannel): Draft => ({
  name,
  directMessages,
  mentions,
  noMessagesHours: noMessagesHours === null ? '' : String(noMessagesHours),
})

/** The settings of a channel; what is changed is seen to be unsaved until it is saved. */
export function SettingsForm({ channel, onSaved }: { channel: ApiChannel; onSaved: (saved: ApiChannel) => void }) {
  const [draft, setDraft] = useState(draftOf(channel))
  const [faults, setFaults] = useState<Partial<Record<Setting, string>>>({})
  const [error, setError] = useState<ApiError>()
  const form = useRef<HTMLFormElement>(null)
  // What has to be mended is where one goes on.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [faults])
  const saved = draftOf(channel)
  const changed = (Object.keys(draft) as Setting[]).filter((name) => draft[name] !== saved[name])
  useUnsaved(changed.length > 0)

  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change })
    const mended = Object.keys(change).some((name) => faults[name as Setting])
    if (mended) setFaults({ ...faults, ...Object.fromEntries(Object.keys(change).map((name) => [name, undefined])) })
  }
  const reset = (to: ApiChannel) => {
    setDraft(draftOf(to))
    setFaults({})
    setError(undefined)
  }
  const save = async () => {
    const found = faultsIn(draft)
    setFaults(found)
    if (Object.keys(found).length > 0) return
    const path = `/api/channels/${encodeURIComponent(channel.id)}`
    try {
      const after = await call<ApiChannel>('PATCH', path, { body: changesIn(draft, changed) })
      reset(after)
      onSaved(after)
      confirmDone(say.saved)
    } catch (thrown) {
      const seen = asApiError(thrown)
      setError(seen)
      setFaults(Object.fromEntries(seen.fields.map(({ field, detail }) => [field, detail])))
    }
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Card title={say.settingsTitle} id="settings">
        <Field label={say.name} hint={say.nameHint} fault={faults.name}>
          {(control) => (
            <input
              {...control}
              value={draft.name}
              maxLength={255}
              autocomplete="off"
              onInput={(event) => set({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <Switch
          label={say.directMessages}
          hint={say.directMessagesHint}
          checked={draft.directMessages}
          onChange={(directMessages) => set({ directMessages })}
        />
        <Switch
          label={say.mentions}
          hint={say.mentionsHint}
          checked={draft.mentions}
          onChange={(mentions) => set({ mentions })}
        />
        <Field label={say.noMessages} hint={say.noMessagesHint} fault={faults.noMessagesHours}>
          {(control) => (
            <input
              {...control}
              class="short"
              inputMode="numeric"
              autocomplete="off"
              value={draft.noMessagesHours}
              onInput={(event) => set({ noMessagesHours: event.currentTarget.value })}
            />
          )}
        </Field>
        {error && <Failure error={error} />}
        <div class={changed.length > 0 ? 'save-bar unsaved' : 'save-bar'}>
          <p role="status">{changed.length > 0 ? say.unsaved : ''}</p>
          <div class="actions">
            {changed.length > 0 && <Button onClick={() => reset(channel)}>{words.discard}</Button>}
            <Button kind="primary" disabled={changed.length === 0} onClick={save}>
              {words.save}
            </Button>
          </div>
        </div>
      </Card>
    </form>
  )
}

function faultsIn({ name, noMessagesHours }: Draft): Partial<Record<Setting, string>> {
  const hours = Number(noMessagesHours)
  const isHours =
    /^\s*(\d{1,3})?\s*$/.test(noMessagesHours) && (noMessagesHours.trim() === '' || (hours >= 1 && hours <= 720))
  return {
    ...(name.trim() === '' && { name: say.nameFault }),
    ...(!isHours && { noMessagesHours: say.noMessagesFault }),
  }
}

function changesIn(draft: Draft, changed: readonly Setting[]): Record<string, unknown> {
  const value = (name: Setting) => {
    if (name !== 'noMessagesHours') return draft[name]
    return draft.noMessagesHours.trim() === '' ? null : Number(draft.noMessagesHours)
  }
  return Object.fromEntries(changed.map((name) => [name, value(name)]))
}
