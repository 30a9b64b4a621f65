import type { Observation, Reader, Routed } from './observe.ts'
import type { Outcome, Step } from './steps.ts'

/** Outcomes that add a message to a ticket. */
const addsMessage: readonly Outcome[] = ['opened', 'joined', 'outgoing']

/** The tickets that the steps so far have opened: id by file. `joins` refers to them. */
export type OpenedTickets = Map<string, string>

/**
 * Compares a step with its expectations and returns the differences: status, lost events, crashes, outcomes, and what
 * the HTTP API shows. Empty when all is as expected.
 */
export async function faultsOf(
  step: Step,
  seen: Observation,
  counts: { before: number; after: number },
  opened: OpenedTickets,
  reader: Reader,
): Promise<string[]> {
  const faults = [...seen.faults]
  if (seen.status !== 200) faults.push(`answered ${seen.status}`)
  const outcomes = seen.events.map((event) => event.outcome)
  const acceptsAny = step.outcome === null || step.outcome.includes('any')
  if (step.outcome && !acceptsAny && outcomes.join() !== step.outcome.join()) {
    faults.push(`expected ${step.outcome.join(', ')}, got ${outcomes.join(', ') || 'nothing'}`)
  }
  const late = seen.deferred.map((event) => event.outcome)
  const added = [...outcomes, ...late].filter((one) => addsMessage.includes(one)).length
  if (counts.after - counts.before !== added) {
    faults.push(`the log reports ${added} new messages, the tickets have ${counts.after - counts.before}`)
  }
  for (const event of seen.events) faults.push(...(await faultsOfEvent(event, step, opened, reader)))
  return faults
}

async function faultsOfEvent(event: Routed, step: Step, opened: OpenedTickets, reader: Reader): Promise<string[]> {
  const { outcome, ticketId, externalId, channelUserId, reason } = event
  if (outcome === 'ignored' || outcome === 'unreadable') {
    const found = (await reader.events()).some(
      (record) => record.outcome === outcome && record.reason === reason && record.externalId === externalId,
    )
    return found ? [] : [`${outcome}, but GET /api/events does not list it`]
  }
  if (outcome === 'revoked') {
    const status = await reader.channelStatus(`twitter-${channelUserId}`)
    return status === 'needs_reconnection' ? [] : [`revoked, but the channel is ${status}`]
  }
  if (outcome === 'edited' && step.edits !== undefined && ticketId) {
    return faultsOfMessage({ ...event, externalId: step.edits, outcome: 'joined' }, step, reader)
  }
  if (!ticketId || !externalId || !addsMessage.includes(outcome)) return []
  if (outcome === 'opened') opened.set(step.file, ticketId)
  return [...(await faultsOfTicket(ticketId, step, opened, reader)), ...(await faultsOfMessage(event, step, reader))]
}

async function faultsOfTicket(ticketId: string, step: Step, opened: OpenedTickets, reader: Reader): Promise<string[]> {
  const faults: string[] = []
  const { tags } = await reader.ticket(ticketId)
  if (step.tag !== undefined && !tags.includes(step.tag)) faults.push(`tagged ${tags.join(', ')}, not ${step.tag}`)
  if (step.joins !== undefined && opened.get(step.joins) !== ticketId) {
    faults.push(`joined ${ticketId}, not the ticket of ${step.joins}`)
  }
  return faults
}

async function faultsOfMessage(
  { ticketId, externalId, outcome }: Routed,
  step: Step,
  reader: Reader,
): Promise<string[]> {
  const message = await reader.message(String(ticketId), String(externalId))
  if (!message) return [`${outcome}, but the ticket has no message ${externalId}`]
  const faults: string[] = []
  const direction = outcome === 'outgoing' ? 'outbound' : 'inbound'
  if (message.direction !== direction) faults.push(`the message is ${message.direction}, not ${direction}`)
  if (step.isNotice && (message.notice === null || message.text !== '')) faults.push('the message is no notice')
  if (step.quotes !== undefined && (message.quoted?.id ?? null) !== step.quotes) {
    faults.push(`it quotes ${message.quoted?.id ?? 'nothing'}, not ${step.quotes ?? 'nothing'}`)
  }
  if (step.text !== undefined && message.text !== step.text) {
    faults.push(`the text is ${JSON.stringify(message.text)}, not ${JSON.stringify(step.text)}`)
  }
  const kinds = message.attachments.map((attachment) => attachment.type)
  if (step.attachments && kinds.join() !== step.attachments.join()) {
    faults.push(`the attachments are ${kinds.join(', ') || 'none'}, not ${step.attachments.join(', ')}`)
  }
  return faults
}
