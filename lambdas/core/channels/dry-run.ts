import type { Message, Ticket } from '../tickets/ticket.ts'
import { type Judged, judge, type NoiseRule } from './noise-rules.ts'

/** A ticket and the first message of its customer; null if that is gone. */
export type Opening = { readonly ticket: Ticket; readonly message: Message | null }

/** A ticket that a rule would have ignored or tagged, as people recognize it. */
type Example = Pick<Ticket, 'id' | 'subject' | 'openedAt'> & { readonly username: string | null }

/** What one rule would have done. */
type Tried = Pick<NoiseRule, 'name' | 'outcome'> & {
  /** So many tickets would not be there, or have its tag. */
  readonly matched: number
  /** Of so many tickets it is unknown, because X did not tell what the rule asks for. The rule would not have matched. */
  readonly unknown: number
  /** The newest tickets that it matches. */
  readonly examples: readonly Example[]
}

/** What rules against noise would have done with tickets. */
export type DryRun = {
  /** How many tickets began a conversation; others are never judged. */
  readonly judged: number
  readonly rules: readonly Tried[]
}

const MAX_EXAMPLES = 5

/** Tries rules on the messages with which tickets were opened, the newest first. Pure. */
export function tryRules(rules: readonly NoiseRule[], openings: readonly Opening[]): DryRun {
  const tried = rules.map(({ name, outcome }) => ({ name, outcome, matched: 0, unknown: 0, examples: [] as Example[] }))
  const judged = openings.filter(({ ticket }) => ticket.previousTicketId === null)
  for (const { ticket, message } of judged) {
    for (const [n, verdict] of judge(rules, judgedOf(ticket, message)).entries()) {
      const rule = tried[n]
      if (!rule) continue
      if (verdict === 'unknown') rule.unknown++
      if (verdict !== 'matches') continue
      rule.matched++
      const { id, subject, openedAt, customer } = ticket
      if (rule.examples.length < MAX_EXAMPLES)
        rule.examples.push({ id, subject, openedAt, username: customer.username })
      break
    }
  }
  return { judged: judged.length, rules: tried }
}

/** The message as the rules would have seen it: in its first version. */
function judgedOf({ kind, openedAt }: Ticket, message: Message | null): Judged {
  const isReadable = message !== null && message.notice === null && message.erasedAt === null
  return {
    kind,
    text: isReadable ? (message.versions[0]?.text ?? message.text) : null,
    isAnswer: typeof message?.inReplyToId === 'string',
    facts: message?.facts ?? {},
    createdAt: message?.createdAt ?? openedAt,
  }
}
