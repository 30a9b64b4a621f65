import type { SESv2Client } from '@aws-sdk/client-sesv2'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { MailSetup } from '../../core/ports/platform.ts'

/** Who gets our mails, and from whom. */
export type MailAddresses = {
  /** The sender. */
  readonly from: string
  readonly administrators: readonly string[]
  /** The ARN of the topic of alarms; empty where there are none. */
  readonly alarmTopic: string
}

/**
 * Asks SES whether it may send from our address, and SNS who has confirmed the alarms. The clients are loaded with the
 * first call: nearly every start of the API does without.
 */
export function createMailSetup({ from, administrators, alarmTopic }: MailAddresses): MailSetup {
  return async () => {
    const { SESv2Client } = await import('@aws-sdk/client-sesv2')
    const [isVerified, confirmed] = await Promise.all([
      isVerifiedBySes(new SESv2Client({}), from),
      alarmTopic === '' ? null : alarmRecipients(alarmTopic),
    ])
    const unconfirmed = confirmed === null ? [] : administrators.filter((address) => confirmed.get(address) !== true)
    return { from, isVerified, administrators, unconfirmed }
  }
}

/**
 * True if SES may send from an address, or to it while it is in its sandbox: the address is verified, or its domain.
 * @throws Error if SES could not be asked
 */
export async function isVerifiedBySes(ses: SESv2Client, address: string): Promise<boolean> {
  const { GetEmailIdentityCommand } = await import('@aws-sdk/client-sesv2')
  for (const identity of [address, address.slice(address.lastIndexOf('@') + 1)]) {
    try {
      const { VerifiedForSendingStatus } = await ses.send(new GetEmailIdentityCommand({ EmailIdentity: identity }))
      if (VerifiedForSendingStatus) return true
    } catch (error) {
      if (!(error instanceof Error && error.name === 'NotFoundException')) throw error
    }
  }
  return false
}

/**
 * The mail addresses that a topic mails to: true for those that have confirmed it.
 * @throws Error if SNS could not be asked
 */
export async function alarmRecipients(topic: string): Promise<Map<string, boolean>> {
  const { SNSClient, ListSubscriptionsByTopicCommand } = await import('@aws-sdk/client-sns')
  const sns: SNSClient = new SNSClient({})
  const found = new Map<string, boolean>()
  let next: string | undefined
  do {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic, NextToken: next }))
    for (const { Protocol, Endpoint = '', SubscriptionArn } of page.Subscriptions ?? []) {
      if (Protocol === 'email') found.set(Endpoint, SubscriptionArn !== 'PendingConfirmation')
    }
    next = page.NextToken
  } while (next)
  return found
}
