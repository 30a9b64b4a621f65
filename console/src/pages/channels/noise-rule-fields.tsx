import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { noiseRulesMessages as t } from '../../messages/noise-rules.ts'
import type { Draft } from './noise-rule-draft.ts'

type RuleFieldsProps = {
  readonly draft: Draft
  readonly number: number
  readonly isLast: boolean
  readonly errors: Readonly<Record<string, string>> | undefined
  readonly onChange: (draft: Draft) => void
  readonly onMove: (by: 'up' | 'down') => void
  readonly onRemove: () => void
}

type Typed = 'name' | 'tag' | 'languages' | 'otherLanguagesThan' | 'followersBelow' | 'accountDaysBelow'
type Ticked = 'mentions' | 'directMessages' | 'answersOnly'

/** One rule: its name, its outcome, and its conditions. */
export function RuleFields({ draft, number, isLast, errors = {}, onChange, onMove, onRemove }: RuleFieldsProps) {
  const set = (changed: Partial<Draft>) => onChange({ ...draft, ...changed })
  const typed = (name: Typed, hint?: string) => (
    <Field label={t[name]} hint={hint} error={errors[name]}>
      {(control) => (
        <input
          {...control}
          autocomplete="off"
          value={draft[name]}
          onInput={(event) => set({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  )
  const ticked = (name: Ticked) => (
    <label>
      <input type="checkbox" checked={draft[name]} onChange={(event) => set({ [name]: event.currentTarget.checked })} />
      {t[name]}
    </label>
  )
  const details = useRef<HTMLDetailsElement>(null)
  const [isNew] = useState(draft.name === '')
  const hasErrors = Object.keys(errors).length > 0
  useLayoutEffect(() => {
    if (hasErrors && details.current) details.current.open = true
  }, [hasErrors])
  const kindsError = errors.kinds ?? errors.answersOnly
  return (
    <details class="rule" open={isNew} ref={details}>
      <summary>{draft.name || t.unnamed}</summary>
      <fieldset>
        <legend class="visually-hidden">{t.rule(number)}</legend>
        {errors[''] && (
          <p class="field-error" role="alert">
            {errors['']}
          </p>
        )}
        <div class="rule-grid">
          {typed('name', t.nameHint)}
          <Select
            label={t.outcome}
            value={draft.outcome}
            options={t.outcomes}
            onChange={(outcome) => set({ outcome: outcome as Draft['outcome'] })}
          />
          {draft.outcome === 'tag' && typed('tag')}
        </div>
        <div class="rule-ticks">
          {ticked('mentions')}
          {ticked('directMessages')}
          {ticked('answersOnly')}
        </div>
        {kindsError && (
          <p class="field-error" role="alert">
            {kindsError}
          </p>
        )}
        <Field label={t.words} hint={t.wordsHint} error={errors.words}>
          {(control) => (
            <textarea
              {...control}
              rows={3}
              value={draft.words}
              onInput={(event) => set({ words: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="rule-grid">
          {typed('languages', t.languagesHint)}
          {typed('otherLanguagesThan')}
          {typed('followersBelow')}
          {typed('accountDaysBelow')}
          <Select
            label={t.verified}
            value={draft.verified}
            options={t.verifiedOptions}
            onChange={(verified) => set({ verified: verified as Draft['verified'] })}
          />
        </div>
      </fieldset>
      <div class="actions rule-moves">
        <Button small disabled={number === 1} onClick={() => onMove('up')}>
          {t.up}
        </Button>
        <Button small disabled={isLast} onClick={() => onMove('down')}>
          {t.down}
        </Button>
        <Button small kind="quiet" onClick={onRemove}>
          {t.remove}
        </Button>
      </div>
    </details>
  )
}
