import { useRef } from 'preact/hooks'
import { commonMessages as t } from '../messages/common.ts'
import { announce, showToast } from './announcements.tsx'
import { Button } from './button.tsx'
import { Field } from './field.tsx'

/** A value that is read and copied, not changed. Where the browser forbids copying, it is selected. */
export function CopyField({ label, value, isPrimary }: { label: string; value: string; isPrimary?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      showToast(t.copied)
    } catch {
      // The page is not served by https, or the browser asks and the person says no.
      input.current?.select()
      announce(t.notCopied)
    }
  }
  return (
    <div class="copy-field">
      <Field label={label}>
        {(control) => (
          <input {...control} ref={input} class="code" readOnly value={value} onFocus={() => input.current?.select()} />
        )}
      </Field>
      <Button kind={isPrimary ? 'primary' : 'plain'} onClick={copy}>
        {t.copy}
      </Button>
    </div>
  )
}
