import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../components/button.tsx'
import { Switch } from '../components/field.tsx'
import { alertsMessages as t } from '../messages/alerts.ts'
import { choices, choose } from './choices.ts'

/** Where a person chooses how to be told. The browser is asked for its permission only when they switch that on. */
export function AlertsDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const isSupported = 'Notification' in window
  const [permission, setPermission] = useState(isSupported ? Notification.permission : 'denied')
  useEffect(() => dialog.current?.showModal(), [])
  const changeNotify = async (notify: boolean) => {
    const answer = notify ? await Notification.requestPermission() : permission
    setPermission(answer)
    choose({ notify: notify && answer === 'granted' })
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="alerts-title" onClose={onClose}>
      <h2 id="alerts-title">{t.title}</h2>
      <Switch
        label={t.number}
        hint={t.numberHint}
        checked={choices.value.title}
        onChange={(title) => choose({ title })}
      />
      <Switch
        label={t.notify}
        hint={isSupported ? t.notifyHint : t.unsupported}
        checked={choices.value.notify && permission === 'granted'}
        disabled={!isSupported}
        onChange={changeNotify}
      />
      {isSupported && permission === 'denied' && <p role="alert">{t.denied}</p>}
      <div class="actions end">
        <Button onClick={() => dialog.current?.close()}>{t.close}</Button>
      </div>
    </dialog>
  )
}
