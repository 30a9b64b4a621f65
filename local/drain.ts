import { setTimeout as pause } from 'node:timers/promises'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { type QueueUrls, queueDepth } from './aws/queues.ts'
import type { Poller } from './lambda/poller.ts'

/** Waits for the queues of a stack and counts what failed for good. */
export type QueueWatch = {
  /**
   * Resolves when every queue is drained: no message visible or in flight, no batch in progress.
   * @throws Error naming what is left after the timeout
   */
  drained(timeoutSeconds?: number): Promise<void>
  /** How many messages are in the dead-letter queues. */
  countDeadLetters(): Promise<number>
}

const defaultTimeoutSeconds = 30
const pollMs = 20

export function watchQueues(
  client: SQSClient,
  urls: QueueUrls,
  deadLetterUrls: QueueUrls,
  pollers: readonly Pick<Poller, 'batchesInProgress'>[],
): QueueWatch {
  const findWork = async () => {
    const perQueue = Object.entries(urls).map(async ([name, url]) => {
      const { visible, inFlight } = await queueDepth(client, url)
      return visible + inFlight > 0 ? [`${name}: ${visible} visible, ${inFlight} in flight`] : []
    })
    const found = (await Promise.all(perQueue)).flat()
    const batches = pollers.reduce((sum, poller) => sum + poller.batchesInProgress, 0)
    return batches > 0 ? [...found, `${batches} in progress`] : found
  }
  return {
    async drained(timeoutSeconds = defaultTimeoutSeconds) {
      const until = Date.now() + timeoutSeconds * 1000
      for (let work = await findWork(); work.length > 0; work = await findWork()) {
        if (Date.now() > until) throw new Error(`Not drained after ${timeoutSeconds} seconds: ${work.join('; ')}.`)
        await pause(pollMs)
      }
    },
    async countDeadLetters() {
      const depths = await Promise.all(Object.values(deadLetterUrls).map((url) => queueDepth(client, url)))
      return depths.reduce((sum, { visible, inFlight }) => sum + visible + inFlight, 0)
    },
  }
}
