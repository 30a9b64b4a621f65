import { useEffect, useRef, useState } from 'preact/hooks'
import type { Channel, ChannelChange } from '../../../../client/src/calls.ts'
import type { Problem, Tagged } from '../../../../client/src/client.ts'
import { callTagged, toProblem } from '../../api/client.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { Field, Switch } from '../../components/field.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Card } from '../../components/page.tsx'
import { quietHoursMessages, channelMessages as t } from '../../messages/channels.ts'
import { commonMessages } from '../../messages/common.ts'
import { useUnsavedChanges } from '../../unsaved-changes.ts'
import {
  isComplete,
  type QuietDraft,
  QuietHours,
  quietDraftOf,
  quietHoursIn,
  quietHoursInWords,
} from './quiet-hours.tsx'

/** The settings that are numbers or none: how they are typed, and their bounds. */
const numbers = {
  noMessagesHours: { form: /^\d{1,3}$/, min: 1, max: 720 },
  retentionDays: { form: /^\d{1,4}$/, min: 1, max: 3650 },
  dailyBudgetUsd: { form: /^\d{1,6}(\.\d{1,2})?$/, min: 0.01, max: 100_000 },
} as const
type NumberSetting = keyof typeof numbers
const numberSettings = Object.keys(numbers) as NumberSetting[]

/** The values of the form; numbers as they were typed. */
type Draft = Pick<Channel, 'name' | 'directMessages' | 'mentions'> &
  Readonly<Record<NumberSetting, string>> & { readonly quietHours: QuietDraft }
type Setting = keyof Draft
type FieldErrors = Partial<Record<Setting, string | undefined>>

const draftOf = (channel: Channel): Draft => ({
  name: channel.name,
  directMessages: channel.directMessages,
  mentions: channel.mentions,
  noMessagesHours: typed(channel.noMessagesHours),
  retentionDays: typed(channel.retentionDays),
  dailyBudgetUsd: typed(channel.dailyBudgetUsd),
  quietHours: quietDraftOf(channel.quietHours),
})

const typed = (value: number | null) => (value === null ? '' : String(value))

const isNumber = (setting: Setting): setting is NumberSetting => setting in numbers
const labelOf = (setting: Setting): string => (isNumber(setting) ? t.numbers[setting].label : t[setting])

/** A value as people read it, and by which two are compared. */
const inWords = (draft: Draft, setting: Setting): string | boolean =>
  setting === 'quietHours' ? quietHoursInWords(draft.quietHours) : draft[setting]

const differing = (one: Draft, other: Draft): Setting[] =>
  (Object.keys(one) as Setting[]).filter((name) => inWords(one, name) !== inWords(other, name))

type SettingsFormProps = {
  readonly known: Tagged<Channel>
  /** Gets the settings that are there now: saved here, or by somebody else meanwhile. */
  readonly onChange: (now: Tagged<Channel>) => void
}

/** The settings of a channel, saved together. The form shows when there are unsaved changes. */
export function SettingsForm({ known, onChange }: SettingsFormProps) {
  const channel = known.value
  const [draft, setDraft] = useState(draftOf(channel))
  const [others, setOthers] = useState<readonly Setting[]>([])
  const [fieldErrors, setFieldErrors] = useState<FieldErrors>({})
  const [error, setError] = useState<Problem>()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [fieldErrors])
  const saved = draftOf(channel)
  const changed = differing(draft, saved)
  const isUnsaved = changed.length > 0
  useUnsavedChanges(isUnsaved)

  const set = <S extends Setting>(name: S, value: Draft[S]) => {
    setDraft({ ...draft, [name]: value })
    if (fieldErrors[name]) setFieldErrors({ ...fieldErrors, [name]: undefined })
  }
  const forget = () => {
    setOthers([])
    setFieldErrors({})
    setError(undefined)
  }
  /** Shows other values, but where something was written since `before`. */
  const rebase = (before: Draft, to: Draft) =>
    setDraft((now) => ({ ...to, ...Object.fromEntries(differing(now, before).map((name) => [name, now[name]])) }))
  /** Somebody else has changed the settings meanwhile: the form shows theirs where nothing was changed here. */
  const takeOver = (current: Tagged<Channel>) => {
    const theirs = draftOf(current.value)
    rebase(saved, theirs)
    setOthers(differing(theirs, saved))
    setError(undefined)
    onChange(current)
  }
  const save = async () => {
    const invalid = validate(draft)
    setFieldErrors(invalid)
    if (Object.keys(invalid).length > 0) return
    try {
      const after = await callTagged('PATCH /api/channels/{id}', {
        params: { id: channel.id },
        body: changesIn(draft, changed),
        ifMatch: known.tag ?? undefined,
      })
      rebase(draft, draftOf(after.value))
      forget()
      onChange(after)
      showToast(t.saved)
    } catch (thrown) {
      const refused = toProblem(thrown)
      if (refused.status === 412 && refused.current) return takeOver(refused.current as Tagged<Channel>)
      setError(refused)
      // A field within a setting, such as `quietHours.timeZone`, is shown at the setting.
      setFieldErrors(Object.fromEntries(refused.errors.map(({ field, detail }) => [field.split('.')[0], detail])))
    }
  }
  const discard = () => {
    setDraft(saved)
    forget()
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
      <Card title={t.settingsTitle} id="settings">
        <Field label={t.name} hint={t.nameHint} error={fieldErrors.name}>
          {(control) => (
            <input
              {...control}
              value={draft.name}
              maxLength={255}
              autocomplete="off"
              onInput={(event) => set('name', event.currentTarget.value)}
            />
          )}
        </Field>
        <Switch
          label={t.directMessages}
          hint={t.directMessagesHint}
          checked={draft.directMessages}
          onChange={(isOn) => set('directMessages', isOn)}
        />
        <Switch
          label={t.mentions}
          hint={t.mentionsHint}
          checked={draft.mentions}
          onChange={(isOn) => set('mentions', isOn)}
        />
        {numberSettings.map((setting) => (
          <Field key={setting} {...t.numbers[setting]} error={fieldErrors[setting]}>
            {(control) => (
              <input
                {...control}
                class="short"
                inputMode="numeric"
                autocomplete="off"
                value={draft[setting]}
                onInput={(event) => set(setting, event.currentTarget.value)}
              />
            )}
          </Field>
        ))}
        <QuietHours
          value={draft.quietHours}
          error={fieldErrors.quietHours}
          onChange={(quietHours) => set('quietHours', quietHours)}
        />
        {error && <ErrorNotice error={error} />}
        {others.length > 0 && (
          <Notice tone="danger" title={t.changedByOthers}>
            <ul>
              {others.map((name) => (
                <li key={name}>{t.isNow(labelOf(name), t.valueOf(inWords(saved, name)))}</li>
              ))}
            </ul>
            {t.changedByOthersText}
          </Notice>
        )}
        <div class={isUnsaved ? 'save-bar unsaved' : 'save-bar'}>
          <p role="status">{isUnsaved ? t.unsaved : ''}</p>
          <div class="actions">
            {isUnsaved && <Button onClick={discard}>{commonMessages.discard}</Button>}
            <Button kind="primary" disabled={!isUnsaved} onClick={save}>
              {commonMessages.save}
            </Button>
          </div>
        </div>
      </Card>
    </form>
  )
}

function validate(draft: Draft): FieldErrors {
  const invalid = numberSettings.filter((setting) => {
    const value = draft[setting].trim()
    const { form, min, max } = numbers[setting]
    return value !== '' && !(form.test(value) && Number(value) >= min && Number(value) <= max)
  })
  return {
    ...(draft.name.trim() === '' && { name: t.nameError }),
    ...Object.fromEntries(invalid.map((setting) => [setting, t.numberErrors[setting]])),
    ...(!isComplete(draft.quietHours) && { quietHours: quietHoursMessages.error }),
  }
}

function changesIn(draft: Draft, changed: readonly Setting[]): ChannelChange {
  const numberIn = (setting: NumberSetting) => (draft[setting].trim() === '' ? null : Number(draft[setting]))
  const values = {
    ...draft,
    quietHours: quietHoursIn(draft.quietHours),
    ...Object.fromEntries(numberSettings.map((setting) => [setting, numberIn(setting)])),
  }
  return Object.fromEntries(changed.map((name) => [name, values[name]]))
}
