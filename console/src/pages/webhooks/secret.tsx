import { Button } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { Notice } from '../../components/notice.tsx'
import { webhooksMessages as t } from '../../messages/webhooks.ts'

/** A secret that is shown once, to be copied. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Notice tone="success" icon="lock" title={t.secretTitle}>
      <p>{t.secretText}</p>
      <CopyField label={t.secret} value={secret} isPrimary />
      <div class="actions">
        <Button onClick={onDone}>{t.hideSecret}</Button>
      </div>
    </Notice>
  )
}
