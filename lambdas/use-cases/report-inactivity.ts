/**
 * Called every 5 minutes by the clock. Promises that administrators hear once of each silence longer than a channel's
 * «No messages (h)», and once of each account that took our access away. A mail that cannot be sent is tried again by
 * the next run.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import { inactivityToReport } from '../core/channels/inactivity.ts'
import { inactivityMail, revokedMail } from '../core/channels/mails.ts'
import { type CheckDependencies, checkChannel } from './check-channel.ts'
import type { Notify } from './notify-administrators.ts'

export type InactivityDependencies = CheckDependencies & { notify: Notify }

export function createInactivityReport({ notify, ...dependencies }: InactivityDependencies) {
  const { channels, publicUrl } = dependencies

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const extension = await channels.extension()
    for (const channel of await channels.list()) {
      const isRevoked = channel.status === 'needs_reconnection' && !channel.revocationNotified
      const silence = inactivityToReport(channel, extension, now)
      if (!isRevoked && !silence) continue
      if (isRevoked && (await notify('revocation', channel.id, () => revokedMail(channel, publicUrl)))) {
        await channels.revocationWasNotified(channel.id)
      }
      if (!silence) continue
      const mail = async () => inactivityMail(channel, silence, await checkChannel(channel, dependencies), publicUrl)
      if (await notify('silence', channel.id, mail)) await channels.inactivityWasNotified(channel.id, silence.since)
    }
  }
}
