import type { Observation, Reader, Routed } from './observe.ts'
import type { Step } from './steps.ts'

/** Outcomes after which no ticket has more messages than before. */
const leavesTicketsAlone = ['repeated', 'ignored', 'counted', 'unreadable', 'revoked', 'deleted', 'edited']

/** What the steps so far came to, for `joins`. */
export type Openings = Map<string, string>

/**
 * What is wrong with a step: status, loss, crashes, and every difference from what is expected, looked up through the
 * HTTP API, where people would see it. Empty when all is well.
 */
export async function faultsOf(
  step: Step,
  seen: Observation,
  counts: { before: number; after: number },
  openings: Openings,
  reader: Reader,
): Promise<string[]> {
  const faults = [...seen.faults]
  if (seen.status !== 200) faults.push(`answered ${seen.status}`)
  const words = seen.events.map((event) => event.outcome)
  const isFree = step.outcome === null || step.outcome.includes('any')
  if (step.outcome && !isFree && words.join() !== step.outcome.join()) {
    faults.push(`expected ${step.outcome.join(', ')}, came to ${words.join(', ') || 'nothing'}`)
  }
  const added = words.filter((word) => !leavesTicketsAlone.includes(word)).length
  if (counts.after - counts.before !== added) {
    faults.push(`${added} messages were reported, tickets grew by ${counts.after - counts.before}`)
  }
  for (const event of seen.events) faults.push(...(await faultsOfEvent(event, step, openings, reader)))
  return faults
}

async function faultsOfEvent(event: Routed, step: Step, openings: Openings, reader: Reader): Promise<string[]> {
  const { outcome, ticketId, externalId, channelUserId, reason } = event
  if (outcome === 'ignored' || outcome === 'unreadable') {
    const found = (await reader.events()).some(
      (record) => record.outcome === outcome && record.reason === reason && record.externalId === externalId,
    )
    return found ? [] : [`${outcome}, but GET /api/events does not have it`]
  }
  if (outcome === 'revoked') {
    const status = await reader.channelStatus(`twitter-${channelUserId}`)
    return status === 'needs_reconnection' ? [] : [`revoked, but the channel is ${status}`]
  }
  if (!ticketId || !externalId || !['opened', 'joined', 'outgoing'].includes(outcome)) return []
  if (outcome === 'opened') openings.set(step.file, ticketId)
  return [...(await faultsOfTicket(ticketId, step, openings, reader)), ...(await faultsOfMessage(event, step, reader))]
}

async function faultsOfTicket(ticketId: string, step: Step, openings: Openings, reader: Reader): Promise<string[]> {
  const faults: string[] = []
  const { tags } = await reader.ticket(ticketId)
  if (step.tag !== undefined && !tags.includes(step.tag)) faults.push(`tagged ${tags.join(', ')}, not ${step.tag}`)
  if (step.joins !== undefined && openings.get(step.joins) !== ticketId) {
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
  if (step.text !== undefined && message.text !== step.text) {
    faults.push(`the text is ${JSON.stringify(message.text)}, not ${JSON.stringify(step.text)}`)
  }
  const kinds = message.attachments.map((attachment) => attachment.type)
  if (step.attachments && kinds.join() !== step.attachments.join()) {
    faults.push(`the attachments are ${kinds.join(', ') || 'none'}, not ${step.attachments.join(', ')}`)
  }
  return faults
}
