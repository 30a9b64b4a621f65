/**
 * Called every 5 minutes by a schedule. Promises one mail to the administrators when a channel gets no message for
 * longer than its «No messages (h)», and one when an account revokes our access. After a failure the next run tries
 * again.
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
      if (isRevoked && (await notify('revocation', channel.id, () => revokedMail(channel, publicUrl)))) {
        await channels.revocationWasNotified(channel.id)
      }
      const inactivity = inactivityToReport(channel, extension, now)
      if (!inactivity) continue
      const mail = async () => inactivityMail(channel, inactivity, await checkChannel(channel, dependencies), publicUrl)
      if (await notify('inactivity', channel.id, mail)) {
        await channels.inactivityWasNotified(channel.id, inactivity.since)
      }
    }
  }
}
