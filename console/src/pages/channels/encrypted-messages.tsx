import { useRef, useState } from 'preact/hooks'
import type { Channel, ChatKey } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Card } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { encryptedMessages as t } from '../../messages/encrypted.ts'

type Props = { readonly channel: Channel; readonly onChange: (changed: Channel) => void }

/** The key with which a channel reads and answers encrypted messages: its state, entering and forgetting it. */
export function EncryptedMessages({ channel, onChange }: Props) {
  const { state, reason, since, fingerprint, guessesLeft, keyVersion } = channel.encryptedChat
  const { error, run } = useAction()
  const forget = async () => {
    if (!(await confirmDialog(t.confirmForget))) return
    await run(async () => {
      onChange(await call('DELETE /api/channels/{id}/chat-key', { params: { id: channel.id } }))
      showToast(t.forgotten)
    })
  }
  if (channel.status !== 'connected') return null
  const isReadable = state === 'readable'
  return (
    <Card title={t.title} intro={t.intro} id="encrypted-messages">
      <Notice tone={isReadable ? 'success' : state === 'off' ? 'info' : 'warning'} title={t.states[state]}>
        {reason}
        {isReadable && since && (
          <>
            {t.since} <Time at={since} />
            {'. '}
          </>
        )}
        {isReadable && fingerprint && t.fingerprint(fingerprint)}
        {guessesLeft !== undefined && ` ${t.guessesLeft(guessesLeft)}`}
      </Notice>
      {!isReadable && <KeyForm id={channel.id} onChange={onChange} />}
      {error && <ErrorNotice error={error} />}
      {keyVersion !== undefined && (
        <div class="actions">
          <Button kind="danger" onClick={forget}>
            {t.forget}
          </Button>
        </div>
      )}
    </Card>
  )
}

/** The PIN, or a file with the key. Neither is shown or kept in the page after it was sent. */
function KeyForm({ id, onChange }: { id: string; onChange: Props['onChange'] }) {
  const [pin, setPin] = useState('')
  const file = useRef<HTMLInputElement>(null)
  const { error, run } = useAction()
  const enter = (body: ChatKey) =>
    run(async () => {
      setPin('')
      const changed = await call('PUT /api/channels/{id}/chat-key', { params: { id }, body })
      onChange(changed)
      if (changed.encryptedChat.state === 'readable') showToast(t.entered)
    })
  const pinError = error?.errors.find(({ field }) => field === 'pin')
  const readFile = async (chosen: File | undefined) => {
    if (!chosen) return
    await enter({ keyFile: textOrBase64(new Uint8Array(await chosen.arrayBuffer())) })
    if (file.current) file.current.value = ''
  }
  return (
    <form
      class="key-form"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        if (pin !== '') void enter({ pin })
      }}
    >
      <Notice tone="warning" title={t.warningTitle}>
        {t.warning}
      </Notice>
      <Field label={t.pin} hint={t.pinHint} error={pinError && t.pinError(pinError.detail)}>
        {(control) => (
          <input
            {...control}
            type="password"
            inputMode="numeric"
            autocomplete="off"
            value={pin}
            onInput={(event) => setPin(event.currentTarget.value)}
          />
        )}
      </Field>
      {error && !pinError && <ErrorNotice error={error} />}
      <div class="actions">
        <Button kind="primary" disabled={pin === ''} onClick={() => enter({ pin })}>
          {t.enter}
        </Button>
      </div>
      <Field label={t.keyFile} hint={t.keyFileHint}>
        {(control) => (
          <input
            {...control}
            ref={file}
            type="file"
            onChange={(event) => void readFile(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
    </form>
  )
}

/** A file of 64 bytes as base64, any other as the text that it holds. */
const textOrBase64 = (bytes: Uint8Array) =>
  bytes.length === 64 ? btoa(String.fromCharCode(...bytes)) : new TextDecoder().decode(bytes)
