import { paths } from '../../core/api/paths.ts'
import { adviceFor, type Fault, faultOf, type WebhookHealth } from '../../core/channels/health.ts'
import { repairedMail, webhookFaultMail } from '../../core/channels/mails.ts'
import { type Gap, replayStep, replayTime, widen } from '../../core/channels/outage.ts'
import type { ChannelStore, HealthStore, OwnWebhook } from '../../core/ports/channels.ts'
import type { Log } from '../../core/ports/platform.ts'
import { XError, type XSubscriptions } from '../../core/ports/x.ts'
import { ensureWebhook } from '../ensure-webhook.ts'
import type { Notify } from '../notify-administrators.ts'

export type WebhookReconcileDependencies = {
  channels: ChannelStore
  health: HealthStore
  subscriptions: XSubscriptions
  /** Which of X's event systems channels subscribe to. */
  eventSource: 'account-activity' | 'x-activity'
  publicUrl: string
  notify: Notify
  log: Log
}

/** Our webhook, in order, and the time in which deliveries did not reach us; null when there was none. */
export type Ours = OwnWebhook & { readonly gap: Gap | null }

/** How far back is asked where nobody knows when all was well: as far as X replays, milliseconds. */
const UNKNOWN_SINCE = 24 * 3600_000

/** Looks after our webhook at X, and has X deliver again what a gap held. */
export function createWebhookCare(dependencies: WebhookReconcileDependencies) {
  const { channels, health, subscriptions, eventSource, publicUrl, notify, log } = dependencies
  const webhookUrl = `${publicUrl}${paths.webhook}`

  /** Null when it is not in order and could not be mended. */
  async function tend(now: Date): Promise<Ours | null> {
    const at = now.toISOString()
    let known = await health.webhook()
    try {
      const found = (await subscriptions.webhooks()).find((one) => one.url === webhookUrl)
      const wasInOrder = found?.valid === true
      const since = known.healthyAt ?? new Date(now.getTime() - UNKNOWN_SINCE).toISOString()
      const missed = widen(await health.trouble(), wasInOrder ? null : { from: since, to: at })
      known = { ...known, untold: widen(known.untold, missed), gap: widen(known.gap, missed) }
      // Before it is mended: afterwards nobody could tell that it was broken.
      await health.saveWebhook(known)
      const ours = await ensureWebhook(subscriptions, channels, webhookUrl)
      if (!wasInOrder)
        log({ event: 'repaired', what: 'webhook', reason: found ? 'X had switched it off' : 'it was gone' })
      await health.saveWebhook({ ...known, fault: await repaired(known) })
      return { ...ours, gap: known.untold }
    } catch (error) {
      if (!(error instanceof XError)) throw error
      await repairFailed(known, error, at)
      return null
    }
  }

  async function repairFailed(known: WebhookHealth, error: XError, at: string): Promise<void> {
    const advice = adviceFor(error)
    log({
      event: 'repair_failed',
      what: 'webhook',
      status: error.status,
      reason: error.detail,
      mustAct: advice !== null,
    })
    if (advice === null) return
    const fault = faultOf(advice, known.fault, at)
    const told = fault.told || (await notify('webhook', null, () => webhookFaultMail(fault, publicUrl)))
    await health.saveWebhook({ ...known, fault: { ...fault, told } })
  }

  /** Who was told that it is broken, is told that it works; the fault as long as that mail has not left. */
  async function repaired({ fault }: WebhookHealth): Promise<Fault | null> {
    if (!fault?.told) return null
    const told = await notify('webhook', null, () => repairedMail('Our webhook at X', fault.since, publicUrl))
    return told ? null : fault
  }

  /** X tells again what the Account Activity API has to notify, and nothing else. */
  async function replay(webhookId: string, now: Date): Promise<void> {
    const known = await health.webhook()
    if (!known.gap) return
    const step = eventSource === 'account-activity' ? replayStep(known.gap, now) : { do: 'give_up' as const }
    if (step.do === 'wait') {
      log({ event: 'replay_waits', until: step.until })
      return
    }
    if (step.do === 'give_up') {
      log({ event: 'replay_given_up', gap: known.gap })
      await health.saveWebhook({ ...known, gap: null })
      return
    }
    try {
      const jobId = await subscriptions.replay(webhookId, replayTime(step.gap.from), replayTime(step.gap.to))
      log({ event: 'replay_requested', jobId, gap: step.gap })
      await health.saveWebhook({ ...known, gap: null, replay: { ...step.gap, jobId, requestedAt: now.toISOString() } })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      // Another job is under way, or X has none for this app: the next run asks again, as long as X goes back.
      log({ event: 'replay_refused', status: error.status, reason: error.detail })
    }
  }

  /** Every channel knows of the gap. The next one begins here. */
  async function settle({ gap }: Ours, now: Date): Promise<void> {
    const trouble = await health.trouble()
    if (gap && trouble && trouble.to <= gap.to) await health.forgetOutage(trouble)
    await health.saveWebhook({ ...(await health.webhook()), healthyAt: now.toISOString(), untold: null })
  }

  return { tend, replay, settle }
}
