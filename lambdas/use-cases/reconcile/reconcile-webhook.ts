/** Called by `reconcile`: repairs our webhook at X, and has X replay what an outage held. */
import { paths } from '../../core/api/paths.ts'
import { adviceFor, type Fault, faultOf, type WebhookHealth } from '../../core/channels/health.ts'
import { repairedMail, webhookFaultMail } from '../../core/channels/mails.ts'
import { type Outage, replayStep, replayTime, unionOf } from '../../core/channels/outage.ts'
import type { ChannelStore, HealthStore, OwnWebhook } from '../../core/ports/channels.ts'
import type { Log } from '../../core/ports/platform.ts'
import { XError, type XSubscriptions } from '../../core/ports/x.ts'
import type { SubscriptionList } from '../../core/x/subscriptions.ts'
import { ensureWebhook } from '../ensure-webhook.ts'
import type { Notify } from '../notify-administrators.ts'
import { createUntilLimit, type UntilLimit } from './until-limit.ts'

export type WebhookReconcileDependencies = {
  channels: ChannelStore
  health: HealthStore
  subscriptions: XSubscriptions
  publicUrl: string
  notify: Notify
  log: Log
}

/** Our working webhook. */
export type VerifiedWebhook = OwnWebhook & {
  /** The outage of which some channel may not know yet; null if there was none. */
  readonly outage: Outage | null
  /** What X delivered for when the run began: the one list of the run. */
  readonly subscriptions: SubscriptionList
  /** Guards the run's calls that change subscriptions. */
  readonly untilLimit: UntilLimit
}

/** The assumed length of an outage whose start is unknown: as far back as X replays. */
const UNKNOWN_OUTAGE_MS = 24 * 3600_000

export function createWebhookReconciler(dependencies: WebhookReconcileDependencies) {
  const { channels, health, subscriptions, publicUrl, notify, log } = dependencies
  const webhookUrl = `${publicUrl}${paths.webhook}`

  /** Registers or validates our webhook if necessary; null if that fails. */
  async function repair(now: Date): Promise<VerifiedWebhook | null> {
    const at = now.toISOString()
    let known = await health.webhook()
    try {
      const found = (await subscriptions.webhooks()).find((one) => one.url === webhookUrl)
      const isWorking = found?.valid === true
      const since = known.healthyAt ?? new Date(now.getTime() - UNKNOWN_OUTAGE_MS).toISOString()
      // Repaired by somebody else since our repair failed: it lasted until some time between the two runs.
      const wasWorking = isWorking && !known.repairFailed
      const outage = unionOf(await health.notedOutage(), wasWorking ? null : { from: since, to: at })
      known = {
        ...known,
        outageForChannels: unionOf(known.outageForChannels, outage),
        outageForReplay: unionOf(known.outageForReplay, outage),
        repairFailed: !isWorking,
      }
      // Saved before the repair, because afterwards nothing shows that the webhook was broken.
      await health.saveWebhook(known)
      const ours = await ensureWebhook(subscriptions, channels, webhookUrl)
      const list = await subscriptions.listSubscriptions(ours.id)
      if (list.fault !== null) log({ event: 'x_call_failed', list: 'subscriptions', reason: list.fault })
      if (!isWorking)
        log({ event: 'repaired', what: 'webhook', reason: found ? 'X had disabled it' : 'it was not registered' })
      await health.saveWebhook({ ...known, repairFailed: false, fault: await repaired(known) })
      return { ...ours, outage: known.outageForChannels, subscriptions: list, untilLimit: createUntilLimit() }
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
    const notified = fault.notified || (await notify('webhook', null, () => webhookFaultMail(fault, publicUrl)))
    await health.saveWebhook({ ...known, fault: { ...fault, notified } })
  }

  /** Mails that the webhook works, if a mail said that it is broken. Keeps the fault until that mail is sent. */
  async function repaired({ fault }: WebhookHealth): Promise<Fault | null> {
    if (!fault?.notified) return null
    const notified = await notify('webhook', null, () => repairedMail('Our webhook at X', fault.since, publicUrl))
    return notified ? null : fault
  }

  /** The webhook's health with the end of its last replay, if X has told it: what was incomplete is requested again. */
  async function withReplayEnd(known: WebhookHealth): Promise<WebhookHealth> {
    const { replay } = known
    if (!replay || replay.end !== undefined) return known
    const end = await health.replayEnd(replay.jobId)
    if (end === null) return known
    log({ event: 'replay_ended', jobId: replay.jobId, end })
    const { from, to } = replay
    const outageForReplay = end === 'Incomplete' ? unionOf(known.outageForReplay, { from, to }) : known.outageForReplay
    const ended = { ...known, replay: { ...replay, end }, outageForReplay }
    await health.saveWebhook(ended)
    return ended
  }

  /** Asks X to replay the outage, as soon as X allows it: https://docs.x.com/x-api/webhooks. */
  async function requestReplay(webhookId: string, now: Date): Promise<void> {
    const known = await withReplayEnd(await health.webhook())
    if (!known.outageForReplay) return
    const step = replayStep(known.outageForReplay, now)
    if (step.do === 'wait') {
      log({ event: 'replay_waits', until: step.until })
      return
    }
    if (step.do === 'give_up') {
      log({ event: 'replay_given_up', outage: known.outageForReplay })
      await health.saveWebhook({ ...known, outageForReplay: null })
      return
    }
    try {
      const jobId = await subscriptions.replay(webhookId, replayTime(step.period.from), replayTime(step.period.to))
      log({ event: 'replay_requested', jobId, outage: step.period })
      await health.saveWebhook({
        ...known,
        outageForReplay: null,
        replay: { ...step.period, jobId, requestedAt: now.toISOString() },
      })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      // Another job is running, or the app has no access to replays. The next run asks again.
      log({ event: 'replay_refused', status: error.status, reason: error.detail })
    }
  }

  /**
   * Moves channels off the Account Activity API: ends the old subscription of an account once X shows all new ones on our
   * webhook. Until then both deliver, and rule 8 makes that one message. X may refuse for an app without the old API.
   */
  async function endFormerSubscriptions({ id, subscriptions: { accounts } }: VerifiedWebhook): Promise<void> {
    try {
      const ended = await subscriptions.endFormerSubscriptions(id, accounts)
      if (ended > 0) log({ event: 'moved', subscriptions: ended })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', list: 'account_activity', status: error.status, reason: error.detail })
    }
  }

  /** To be called when every channel knows of the outage: the next outage starts now. */
  async function finish({ outage }: VerifiedWebhook, now: Date): Promise<void> {
    const noted = await health.notedOutage()
    if (outage && noted && noted.to <= outage.to) await health.forgetOutage(noted)
    await health.saveWebhook({ ...(await health.webhook()), healthyAt: now.toISOString(), outageForChannels: null })
  }

  return { repair, requestReplay, endFormerSubscriptions, finish }
}
