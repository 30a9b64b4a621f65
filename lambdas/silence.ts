/**
 * Called every 5 minutes by the clock. Promises that administrators hear once of each silence longer than a channel's
 * «No messages (h)», and once of each account that took our access away. A mail that cannot be sent is tried again by
 * the next run.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import { type CheckDependencies, checkChannel } from './core/checks.ts'
import { revokedMail, silenceMail } from './core/mail.ts'
import { silenceToTell } from './core/silence.ts'
import { silenceDependencies } from './runtime/silence.ts'
import type { Tell } from './runtime/tell.ts'

export type SilenceDependencies = CheckDependencies & { tell: Tell; publicUrl: string }

export function createSilence({ tell, publicUrl, ...dependencies }: SilenceDependencies) {
  const { channels } = dependencies

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const extension = await channels.extension()
    for (const channel of await channels.list()) {
      const isRevoked = channel.status === 'needs_reconnection' && !channel.revocationTold
      const silence = silenceToTell(channel, extension, now)
      if (!isRevoked && !silence) continue
      if (isRevoked && (await tell('revocation', channel.id, () => revokedMail(channel, publicUrl)))) {
        await channels.revocationWasTold(channel.id)
      }
      if (!silence) continue
      const mail = async () => silenceMail(channel, silence, await checkChannel(channel, dependencies), publicUrl)
      if (await tell('silence', channel.id, mail)) await channels.silenceWasTold(channel.id, silence.since)
    }
  }
}

export const handler = createSilence(silenceDependencies())
