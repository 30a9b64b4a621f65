import { judge, type Verdict, type XAnswer } from './sending.ts'

/**
 * Why X did not deliver an encrypted message, by X's names in a `failure` event, and what an agent can do. Source:
 * the failure types of `@xdevplatform/chat-xdk`.
 */
const REFUSALS: Readonly<Record<string, string>> = {
  recipientNotTrusted:
    'X does not deliver encrypted messages of the account to this person before they accept the conversation. Answer by other means.',
  recipientKeyChanged:
    'The customer has new keys on X, and the conversation has no key for them yet. Retry after their next message.',
  nonLatestKeyVersion:
    'The keys of the account were replaced on X. An administrator must enter the PIN again in the settings of the channel. Then retry.',
  onlyEncryptedMessagesAllowed:
    'X takes only encrypted messages in this conversation. An administrator must enter the PIN of the account in the settings of the channel. Then retry.',
  flaggedAsSpam: 'X took the message for spam. Change it, or answer on X.',
  rateLimitUpsell: "X's limit of encrypted messages for the account is used up. Retry later.",
  rateLimited: "X's limit of encrypted messages for the account is used up. Retry later.",
  invalidSenderSignature:
    'X did not accept our signature. An administrator must enter the PIN of the account again in the settings of the channel. Then retry.',
}

/** What an agent reads about an encrypted reply that X did not deliver. @param failure X's name of the cause */
export function chatRefusalOf(failure: string): string {
  return REFUSALS[failure] ?? `X did not deliver the encrypted message (${failure}). Answer on X to see why.`
}

/** What X's refusal of an encrypted reply says of the channel: X does not allow it any, or its key may be another by now. */
export function blamedBy({ status, detail }: { status: number; detail: string }): 'access' | 'key' | null {
  if (/nonLatestKeyVersion|invalidSenderSignature/i.test(detail)) return 'key'
  return (status === 401 || status === 403) && chatRefusalIn(detail) === null && !isRepetition(detail) ? 'access' : null
}

const isRepetition = (detail: string) => /duplicate|already exists/i.test(detail)

/** The reason in the text of X's error; null if it names none of these causes. */
function chatRefusalIn(detail: string): string | null {
  const known = Object.keys(REFUSALS).find((name) => detail.toLowerCase().includes(name.toLowerCase()))
  return known === undefined ? null : chatRefusalOf(known)
}

/**
 * What an answer of X means for an encrypted reply. A 401 or 403 there does not say that our access to the account is
 * gone: X may want OAuth 2.0 for encrypted messages.
 */
export function judgeChat(answer: XAnswer, now: Date): Verdict {
  if (answer.is !== 'refused') return judge(answer, now)
  const { status, detail } = answer
  const known = chatRefusalIn(detail)
  if (known) return { do: 'fail', reason: known, reconnect: false }
  if (isRepetition(detail)) {
    return {
      do: 'outcome_unknown',
      reason: 'X says that it already has this message. We are finding out whether it has the reply.',
      ifMissing: 'X refused the message as a repetition. Send a new reply.',
    }
  }
  if (status === 401 || status === 403) {
    const reason = `X does not allow the account to send encrypted messages through our app (${status}): ${detail.replace(/[.\s]+$/, '')}. Answer on X, and tell an administrator.`
    return { do: 'fail', reason, reconnect: false }
  }
  return judge(answer, now)
}
