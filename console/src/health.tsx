/** What keeps messages from becoming tickets, shown where people wait for tickets. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Channel } from '../../client/src/calls.ts'
import { call } from './api/client.ts'
import { usePolling } from './api/polling.ts'
import { Notice } from './components/notice.tsx'
import { healthMessages as t } from './messages/layout.ts'
import { role } from './session/session.ts'

type Health = { readonly isExtensionOn: boolean; readonly channels: readonly Channel[] }

/** As it was last read, at most a minute ago; null until then. */
export const health = signal<Health | null>(null)

const INTERVAL_MS = 60_000

let asked = 0

/** Reads it again; false if no answer came. What was asked for last counts, in whatever order the answers come. */
export async function readHealth(): Promise<boolean> {
  const turn = ++asked
  try {
    const [{ channels }, { extensions }] = await Promise.all([call('GET /api/channels'), call('GET /api/extensions')])
    if (turn === asked) health.value = { channels, isExtensionOn: extensions.every(({ enabled }) => enabled) }
    return true
  } catch {
    return false
  }
}

/** Says that the extension is off, or which channels have lost their access. */
export function HealthBanner() {
  useEffect(() => void readHealth(), [])
  usePolling(readHealth, INTERVAL_MS)

  const { isExtensionOn = true, channels = [] } = health.value ?? {}
  const broken = channels.filter(({ status }) => status === 'needs_reconnection')
  if (isExtensionOn && broken.length === 0) return null
  return (
    <div class="banner health" role="status">
      {!isExtensionOn && (
        <Notice tone="warning" title={t.extensionOff} actions={<NextStep href="/extensions" text={t.toExtensions} />}>
          {t.extensionOffText}
        </Notice>
      )}
      {broken.map(({ id, name }) => (
        <Notice
          key={id}
          tone="warning"
          title={t.lostAccess(name)}
          actions={<NextStep href={`/channels/${encodeURIComponent(id)}`} text={t.toChannel} />}
        >
          {t.lostAccessText}
        </Notice>
      ))}
    </div>
  )
}

/** Where an administrator mends it; whom others ask. */
function NextStep({ href, text }: { href: string; text: string }) {
  return role.value === 'administrator' ? <a href={href}>{text}</a> : <span>{t.askAdministrator}</span>
}
