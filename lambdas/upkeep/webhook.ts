import { mendedMail, webhookFaultMail } from '../core/mail.ts'
import { ensureWebhook } from '../core/own-webhook.ts'
import { type ChannelStore, type HealthStore, type Log, type OwnWebhook, type X, XError } from '../core/ports.ts'
import { type Gap, replayStep, replayTime, widen } from '../core/recovery.ts'
import { adviceFor, type Fault, faultOf, type WebhookHealth } from '../core/upkeep.ts'
import type { Tell } from '../runtime/tell.ts'

export type WebhookDependencies = {
  channels: ChannelStore
  health: HealthStore
  x: X
  /** Which of X's event systems channels subscribe to. */
  eventSource: 'account-activity' | 'x-activity'
  webhookUrl: string
  publicUrl: string
  tell: Tell
  log: Log
}

/** Our webhook, in order, and the time in which deliveries did not reach us; null when there was none. */
export type Ours = OwnWebhook & { readonly gap: Gap | null }

/** How far back is asked where nobody knows when all was well: as far as X replays, milliseconds. */
const UNKNOWN_SINCE = 24 * 3600_000

/** Looks after our webhook at X, and has X deliver again what a gap held. */
export function createWebhookCare(dependencies: WebhookDependencies) {
  const { channels, health, x, eventSource, webhookUrl, publicUrl, tell, log } = dependencies

  /** Null when it is not in order and could not be mended. */
  async function tend(now: Date): Promise<Ours | null> {
    const at = now.toISOString()
    let known = await health.webhook()
    try {
      const found = (await x.webhooks()).find((one) => one.url === webhookUrl)
      const wasInOrder = found?.valid === true
      const since = known.healthyAt ?? new Date(now.getTime() - UNKNOWN_SINCE).toISOString()
      const missed = widen(await health.trouble(), wasInOrder ? null : { from: since, to: at })
      known = { ...known, untold: widen(known.untold, missed), gap: widen(known.gap, missed) }
      // Before it is mended: afterwards nobody could tell that it was broken.
      await health.saveWebhook(known)
      const ours = await ensureWebhook(x, channels, webhookUrl)
      if (!wasInOrder) log({ did: 'mended', what: 'webhook', because: found ? 'X had switched it off' : 'it was gone' })
      await health.saveWebhook({ ...known, fault: await mended(known) })
      return { ...ours, gap: known.untold }
    } catch (error) {
      if (!(error instanceof XError)) throw error
      await notMended(known, error, at)
      return null
    }
  }

  async function notMended(known: WebhookHealth, error: XError, at: string): Promise<void> {
    const advice = adviceFor(error)
    log({ did: 'not_mended', what: 'webhook', status: error.status, because: error.detail, mustAct: advice !== null })
    if (advice === null) return
    const fault = faultOf(advice, known.fault, at)
    const told = fault.told || (await tell('webhook', null, () => webhookFaultMail(fault, publicUrl)))
    await health.saveWebhook({ ...known, fault: { ...fault, told } })
  }

  /** Who was told that it is broken, is told that it works; the fault as long as that mail has not left. */
  async function mended({ fault }: WebhookHealth): Promise<Fault | null> {
    if (!fault?.told) return null
    const told = await tell('webhook', null, () => mendedMail('Our webhook at X', fault.since, publicUrl))
    return told ? null : fault
  }

  /** X tells again what the Account Activity API has to tell, and nothing else. */
  async function replay(webhookId: string, now: Date): Promise<void> {
    const known = await health.webhook()
    if (!known.gap) return
    const step = eventSource === 'account-activity' ? replayStep(known.gap, now) : { do: 'give_up' as const }
    if (step.do === 'wait') {
      log({ did: 'replay_waits', until: step.until })
      return
    }
    if (step.do === 'give_up') {
      log({ did: 'replay_given_up', gap: known.gap })
      await health.saveWebhook({ ...known, gap: null })
      return
    }
    try {
      const jobId = await x.replay(webhookId, replayTime(step.gap.from), replayTime(step.gap.to))
      log({ did: 'replay_requested', jobId, gap: step.gap })
      await health.saveWebhook({ ...known, gap: null, replay: { ...step.gap, jobId, requestedAt: now.toISOString() } })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      // Another job is under way, or X has none for this app: the next run asks again, as long as X goes back.
      log({ did: 'replay_refused', status: error.status, because: error.detail })
    }
  }

  /** Every channel knows of the gap. The next one begins here. */
  async function settle({ gap }: Ours, now: Date): Promise<void> {
    const trouble = await health.trouble()
    if (gap && trouble && trouble.to <= gap.to) await health.forgetTrouble(trouble)
    await health.saveWebhook({ ...(await health.webhook()), healthyAt: now.toISOString(), untold: null })
  }

  return { tend, replay, settle }
}
