import { setTimeout as pause } from 'node:timers/promises'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { type QueueUrls, queueDepth } from './aws/queues.ts'
import type { Poller } from './lambda/poller.ts'

/** Tells whether there is work left. */
export type Settling = {
  /**
   * Resolves when every queue is worked off: nothing visible, nothing in flight, no batch under work.
   * @throws Error with what is left after so many seconds, 30 when not said
   */
  settled(withinSeconds?: number): Promise<void>
  /** How many messages were given up. */
  deadLetters(): Promise<number>
}

export function watchQueues(
  client: SQSClient,
  urls: QueueUrls,
  deadUrls: QueueUrls,
  pollers: readonly Pick<Poller, 'working'>[],
): Settling {
  const left = async () => {
    const perQueue = Object.entries(urls).map(async ([name, url]) => {
      const { visible, inFlight } = await queueDepth(client, url)
      return visible + inFlight > 0 ? [`${name}: ${visible} visible, ${inFlight} in flight`] : []
    })
    const found = (await Promise.all(perQueue)).flat()
    const working = pollers.reduce((sum, poller) => sum + poller.working, 0)
    return working > 0 ? [...found, `${working} under work`] : found
  }
  return {
    async settled(withinSeconds = 30) {
      const until = Date.now() + withinSeconds * 1000
      for (let rest = await left(); rest.length > 0; rest = await left()) {
        if (Date.now() > until) throw new Error(`Not settled after ${withinSeconds} seconds: ${rest.join('; ')}.`)
        await pause(20)
      }
    },
    async deadLetters() {
      const depths = await Promise.all(Object.values(deadUrls).map((url) => queueDepth(client, url)))
      return depths.reduce((sum, { visible, inFlight }) => sum + visible + inFlight, 0)
    },
  }
}
