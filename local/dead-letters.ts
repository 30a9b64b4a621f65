import type { SQSClient } from '@aws-sdk/client-sqs'
import { alarmSentence, deadLettersAlarm } from '../lambdas/runtime/alarm-texts.ts'
import type { QueueName } from '../lambdas/runtime/resources.ts'
import { type QueueUrls, queueDepth } from './aws/queues.ts'

const pollMs = 2000

/**
 * Does what the alarms on dead letters do in AWS: says their sentence when a queue without dead letters gets one.
 * @param say called with one sentence
 */
export function watchDeadLetters(client: SQSClient, deadLetterUrls: QueueUrls, say: (sentence: string) => void) {
  const raised = new Set<string>()
  const look = async () => {
    for (const [name, url] of Object.entries(deadLetterUrls) as [QueueName, string][]) {
      const { visible, inFlight } = await queueDepth(client, url)
      if (visible + inFlight === 0) raised.delete(name)
      else if (!raised.has(name)) {
        raised.add(name)
        say(alarmSentence(deadLettersAlarm(name)))
      }
    }
  }
  // A queue that cannot be asked has already been reported by its poller.
  const timer = setInterval(() => void look().catch(() => {}), pollMs)
  return { stop: () => clearInterval(timer) }
}
