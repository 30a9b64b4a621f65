import type { Channel } from '../core/channels/channel.ts'
import { errorFields } from '../core/log.ts'
import type { Log } from '../core/ports/platform.ts'

/**
 * Works on channels in their order, at most `parallel` at a time. A failure is logged and stops no other channel.
 * Resolves to the number of channels that failed.
 */
export async function eachChannel(
  channels: readonly Channel[],
  parallel: number,
  log: Log,
  work: (channel: Channel) => Promise<void>,
): Promise<number> {
  const remaining = [...channels]
  let failed = 0
  const worker = async () => {
    for (let channel = remaining.shift(); channel; channel = remaining.shift()) {
      try {
        await work(channel)
      } catch (error) {
        log({ event: 'failed', channelId: channel.id, ...errorFields(error) })
        failed++
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return failed
}
