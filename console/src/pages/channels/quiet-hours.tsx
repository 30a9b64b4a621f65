import type { Channel } from '../../../../client/src/calls.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { quietHoursMessages as t } from '../../messages/channels.ts'

type QuietHours = NonNullable<Channel['quietHours']>
type Range = QuietHours['weekly'][number]

/** Hours as they are being set; without ranges there are none, whatever the time zone. */
export type QuietDraft = { readonly timeZone: string; readonly weekly: readonly Range[] }

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const nights: Range = { days: days.slice(0, 5), from: '18:00', to: '08:00' }

export const quietDraftOf = (quietHours: Channel['quietHours']): QuietDraft =>
  quietHours ?? { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, weekly: [] }

/** The hours as the API takes them; null for none. */
export const quietHoursIn = ({ timeZone, weekly }: QuietDraft): QuietHours | null =>
  weekly.length === 0 ? null : { timeZone: timeZone.trim(), weekly: [...weekly] }

/** True if every range has days and times. Everything else the API checks. */
export const isComplete = ({ weekly }: QuietDraft): boolean =>
  weekly.every((one) => one.days.length > 0 && one.from !== '' && one.to !== '')

/** The hours in a line of text; empty for none. */
export const quietHoursInWords = ({ timeZone, weekly }: QuietDraft): string =>
  weekly.length === 0
    ? ''
    : `${weekly.map((one) => `${one.days.map((day) => t.days[day]).join(', ')} ${one.from}–${one.to}`).join('; ')} (${timeZone})`

type QuietHoursProps = {
  readonly value: QuietDraft
  readonly error: string | undefined
  readonly onChange: (value: QuietDraft) => void
}

/** The hours of the week in which silence is expected: ranges of local time, each on some days. */
export function QuietHours({ value, error, onChange }: QuietHoursProps) {
  const { timeZone, weekly } = value
  const setWeekly = (ranges: readonly Range[]) => onChange({ ...value, weekly: ranges })
  return (
    <fieldset class="quiet-hours" aria-invalid={error ? true : undefined} tabIndex={error ? -1 : undefined}>
      <legend>{t.title}</legend>
      <p class="hint">{t.hint}</p>
      {weekly.map((range, index) => (
        <RangeRow
          key={index}
          number={index + 1}
          range={range}
          onChange={(changed) => setWeekly(weekly.with(index, changed))}
          onRemove={() => setWeekly(weekly.filter((_, at) => at !== index))}
        />
      ))}
      <Button small icon="plus" onClick={() => setWeekly([...weekly, nights])}>
        {t.add}
      </Button>
      {weekly.length > 0 && (
        <Field label={t.timeZone} hint={t.timeZoneHint}>
          {(control) => (
            <>
              <input
                {...control}
                value={timeZone}
                list="time-zones"
                autocomplete="off"
                onInput={(event) => onChange({ ...value, timeZone: event.currentTarget.value })}
              />
              <datalist id="time-zones">
                {Intl.supportedValuesOf('timeZone').map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
      {error && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

type RangeRowProps = {
  readonly number: number
  readonly range: Range
  readonly onChange: (range: Range) => void
  readonly onRemove: () => void
}

function RangeRow({ number, range, onChange, onRemove }: RangeRowProps) {
  const time = (name: 'from' | 'to') => (
    <label class="quiet-time">
      {t[name]}
      <input
        type="time"
        value={range[name]}
        onInput={(event) => onChange({ ...range, [name]: event.currentTarget.value })}
      />
    </label>
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset in a fieldset would be announced twice
    <div class="quiet-range" role="group" aria-label={t.range(number)}>
      <div class="quiet-days">
        {days.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={range.days.includes(day)}
              onChange={(event) => {
                const isOn = event.currentTarget.checked
                onChange({ ...range, days: days.filter((one) => (one === day ? isOn : range.days.includes(one))) })
              }}
            />
            {t.days[day]}
          </label>
        ))}
      </div>
      <div class="quiet-times">
        {time('from')}
        {time('to')}
        <Button small kind="quiet" onClick={onRemove}>
          {t.remove}
          <span class="visually-hidden"> {t.range(number)}</span>
        </Button>
      </div>
    </div>
  )
}
