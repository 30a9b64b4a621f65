import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { IconButton } from '../components/button.tsx'
import { layoutMessages } from '../messages/layout.ts'
import { choices } from './choices.ts'

/** The button to choose how to be told, and what tells. Their code loads when somebody wants it. */
export function Alerts() {
  const { notify } = choices.value
  const [isOpen, setOpen] = useState(false)
  const Dialog = useLoaded(isOpen, () => import('./alerts-dialog.tsx').then((file) => file.AlertsDialog))
  const Notifications = useLoaded(notify, () => import('./notifications.tsx').then((file) => file.Notifications))
  return (
    <>
      <IconButton icon="bell" label={layoutMessages.alerts} onClick={() => setOpen(true)} />
      {notify && Notifications && <Notifications />}
      {isOpen && Dialog && <Dialog onClose={() => setOpen(false)} />}
    </>
  )
}

/** The component of a file that is loaded once it is wanted; null until then. */
function useLoaded<Props>(isWanted: boolean, load: () => Promise<ComponentType<Props>>): ComponentType<Props> | null {
  const [loaded, setLoaded] = useState<{ readonly component: ComponentType<Props> } | null>(null)
  useEffect(() => {
    if (isWanted) void load().then((component) => setLoaded({ component }))
  }, [isWanted])
  return loaded?.component ?? null
}
