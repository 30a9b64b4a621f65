import { useRef } from 'preact/hooks'
import { announce, showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { webhooksMessages as t } from '../../messages/webhooks.ts'

/** A secret that is shown once, to be copied. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret)
      showToast(t.copied)
    } catch {
      // The page is not served by https, or the browser asks and the person says no.
      input.current?.select()
      announce(t.notCopied)
    }
  }
  return (
    <Notice tone="success" icon="lock" title={t.secretTitle}>
      <p>{t.secretText}</p>
      <Field label={t.secret}>
        {(control) => (
          <input
            {...control}
            ref={input}
            class="code"
            readOnly
            value={secret}
            onFocus={() => input.current?.select()}
          />
        )}
      </Field>
      <div class="actions">
        <Button kind="primary" onClick={copy}>
          {t.copy}
        </Button>
        <Button onClick={onDone}>{t.hideSecret}</Button>
      </div>
    </Notice>
  )
}
