import type { QueueName } from './resources.ts'

/** What the person on call reads: user impact and observed cause, which make one sentence, and the runbook's section. */
export type AlarmText = {
  /** Begins the sentence, as in «Customers' messages are not becoming tickets». */
  readonly userImpact: string
  /** Ends the sentence, without a full stop. */
  readonly cause: string
  /** Anchor of the section in `docs/runbook.md`. */
  readonly section: string
}

/** What people notice while a queue stalls. */
export const queueImpacts: Readonly<Record<QueueName, string>> = {
  events: "Customers' messages are not becoming tickets",
  replies: "Agents' replies do not reach customers",
  media: "Customers' media do not appear in tickets, and replies with attachments are not sent",
  outgoing: 'Programs that wait for our events do not hear of messages and tickets',
}

/** The alarm on the first dead letter of a queue. */
export function deadLettersAlarm(queue: QueueName): AlarmText {
  return {
    userImpact: queueImpacts[queue],
    cause: `messages failed repeatedly and are in the dead-letter queue of ${queue}`,
    section: `${queue}-dead-letters`,
  }
}

/** The description of an alarm. */
export function alarmSentence({ userImpact, cause, section }: AlarmText): string {
  return `${userImpact}: ${cause}. What to do: docs/runbook.md#${section}`
}
