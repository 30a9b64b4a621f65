/**
 * Called every 5 minutes by a schedule. Promises one mail to the administrators when a channel gets no message for
 * longer than its «No messages (h)», one when an account revokes our access, one when encrypted messages can no longer be
 * read, and one when an endpoint was disabled. After a failure the next run tries again, and goes on with the channels
 * that are left.
 */
import type { Context, EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../core/channels/channel.ts'
import { isToBeTold } from '../core/channels/chat-state.ts'
import { type Inactivity, inactivityToReport } from '../core/channels/inactivity.ts'
import { chatFaultMail, endpointDisabledMail, inactivityMail, revokedMail } from '../core/channels/mails.ts'
import type { ChannelStore, HealthStore } from '../core/ports/channels.ts'
import type { CountStore } from '../core/ports/events.ts'
import type { EndpointStore } from '../core/ports/outgoing.ts'
import type { Log } from '../core/ports/platform.ts'
import { type CheckDependencies, createChannelCheck } from './check-channel.ts'
import { type Attended, eachChannel } from './each-channel.ts'
import type { Notify } from './notify-administrators.ts'

export type InactivityDependencies = CheckDependencies & {
  channels: Pick<
    ChannelStore,
    'extension' | 'list' | 'revocationWasNotified' | 'inactivityWasNotified' | 'chatStateWasNotified'
  >
  counts: Pick<CountStore, 'lastMessageAt'>
  health: Pick<HealthStore, 'turn' | 'saveTurn'>
  endpoints: Pick<EndpointStore, 'list' | 'change'>
  notify: Notify
  log: Log
}

/** Each sends a mail; SES lets an account send 14 in a second unless it is given more. */
const PARALLEL_CHANNELS = 8

/** The longest time for a channel. The first ones wait for the list of subscriptions, which may have 80 pages. */
const MAX_CHANNEL_MS = 60_000

const RESERVE_MS = 5_000

/** What a channel has to report. */
type Due = { readonly channel: Channel; readonly isRevoked: boolean; readonly isUnread: boolean }

export function createInactivityReport({
  notify,
  counts,
  health,
  endpoints,
  log,
  ...dependencies
}: InactivityDependencies) {
  const { channels, publicUrl } = dependencies

  return async (
    { time }: Pick<EventBridgeEvent<string, unknown>, 'time'>,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const now = new Date(time)
    await reportDisabledEndpoints()
    const extension = await channels.extension()
    const check = createChannelCheck(dependencies)
    const due = new Map<string, Due>()
    for (const channel of await channels.list()) {
      const isRevoked = channel.status === 'needs_reconnection' && !channel.revocationNotified
      const isUnread = channel.status === 'connected' && channel.chat !== undefined && isToBeTold(channel.chat)
      if (isRevoked || isUnread || inactivityToReport(channel, extension, now))
        due.set(channel.id, { channel, isRevoked, isUnread })
    }
    const end = await eachChannel<Due>(
      [...due.values()].map(({ channel }) => channel),
      {
        schedule: 'inactivity',
        parallel: PARALLEL_CHANNELS,
        maxChannelMs: MAX_CHANNEL_MS,
        reserveMs: RESERVE_MS,
        remainingMs: () => context.getRemainingTimeInMillis(),
        now,
        health,
        read: async () => due,
        log,
      },
      (_, one, signal) => report(one, signal),
    )
    if (end.channels > 0) log({ event: 'inactivity_reported', ...end })
    if (end.failed > 0) throw new Error(`${end.failed} of ${end.channels} channels could not be reported`)

    async function reportDisabledEndpoints(): Promise<void> {
      const disabled = (await endpoints.list()).filter((one) => one.disabledBecause !== null && !one.disabledNotified)
      for (const one of disabled) {
        if (await notify('endpoint_disabled', null, () => endpointDisabledMail(one, publicUrl))) {
          await endpoints.change(one.id, { disabledNotified: true })
        }
      }
    }

    /** A failure of a check of ours is told in the mail, and fails the channel when the mail has left. */
    async function report(one: Due | undefined, signal: AbortSignal): Promise<Attended> {
      if (!one) return 'unasked'
      const { channel, isRevoked, isUnread } = one
      const failures: unknown[] = []
      const lastMessageAt = await counts.lastMessageAt(channel)
      const inactivity = inactivityToReport({ ...channel, lastMessageAt }, extension, now)
      if (isRevoked && (await notify('revocation', channel.id, () => revokedMail(channel, publicUrl)))) {
        await channels.revocationWasNotified(channel.id)
      }
      const told = () => notify('encrypted messages', channel.id, () => chatFaultMail(channel, publicUrl))
      if (isUnread && channel.chat && (await told())) {
        await channels.chatStateWasNotified(channel.id, channel.chat.state)
      }
      const mail = async (reported: Inactivity) => {
        const checks = await check(channel, (error) => failures.push(error))
        // The next run mails: this one has given the channel up, and its mail would be the second.
        signal.throwIfAborted()
        return inactivityMail(channel, reported, checks, publicUrl)
      }
      if (inactivity && (await notify('inactivity', channel.id, () => mail(inactivity)))) {
        await channels.inactivityWasNotified(channel.id, inactivity.since)
      }
      if (failures.length > 0) throw failures[0]
      return 'unasked'
    }
  }
}
