import { setTimeout as pause } from 'node:timers/promises'
import type { ApiMessage, ApiTicket } from '../../lambdas/core/api/schemas.ts'
import type { User } from '../support/x-payloads.ts'
import type { Fault } from './faults.ts'
import type { Delivery, OnX, Plan, Step, Written } from './plan.ts'
import { Pool } from './pool.ts'
import type { System } from './system.ts'

/** What was sent, and what was answered: what the verdict compares with. Times are of `performance.now()`. */
export type History = {
  /** Messages of deliveries, each of which is made until it is acknowledged; by channel and X's id. */
  readonly delivered: Map<string, Written & Sent>
  /** What customers wrote on the simulated X, by text. X's own lists say whether it was written. */
  readonly onX: Map<string, OnX & Sent>
  /** Tickets that an agent closed, by id, and when the API had confirmed it. */
  readonly closed: Map<string, number>
  /** Conversations of which an agent closed a ticket, and how many. */
  readonly closings: Map<string, number>
  /** The tags that agents gave a ticket, by its id. */
  readonly tags: Map<string, Set<string>>
  /** Accepted replies, in the order in which the API confirmed those of a ticket. */
  readonly replies: { readonly ticketId: string; readonly messageId: string; readonly text: string }[]
  /** What went wrong on the way. */
  readonly problems: string[]
}

/** When it was first tried to send a message, and whether it came while it was switched off. */
type Sent = { readonly sentAt: number; readonly isIgnored: boolean }

/** X's id of a message that the simulated X has, and who wrote it. */
type KnownOnX = { readonly id: string; readonly customer: User }

const deliveriesAtOnce = 8
const agentsAtOnce = 3
/** Deliveries wait while the queues hold more, so that faults meet work of every kind. */
const maxBacklog = 120
const maxBacklogWaitMs = 10_000
const pollMs = 100
const retryPauseMs = 150
const maxFaultMs = 4_000
/** A photo is downloaded some seconds after it came, so the faults of S3 stay longer than the others. */
const s3FaultMs = 15_000
const minuteMs = 60_000

/**
 * Carries out a plan and waits until nothing is left to do.
 * @param patienceSeconds how long the queues may take until they are empty
 * @throws Error when something never ends
 */
export async function carryOut(
  plan: Plan,
  system: System,
  patienceSeconds: number,
  onProgress: (text: string) => void,
): Promise<History> {
  const history: History = {
    delivered: new Map(),
    onX: new Map(),
    closed: new Map(),
    closings: new Map(),
    tags: new Map(),
    replies: [],
    problems: [],
  }
  const deliveries = new Pool(deliveriesAtOnce)
  const agents = new Pool(agentsAtOnce)
  /** Agents work on a conversation one after the other, so the history knows what came of it. */
  const turns = new Map<string, Promise<void>>()
  const knownOnX = new Map<string, KnownOnX>()
  let otherFaults: readonly Fault[] = []
  let s3Faults: readonly Fault[] = []
  let faultEnd: NodeJS.Timeout | undefined
  let s3FaultEnd: NodeJS.Timeout | undefined

  async function deliver(delivery: Delivery, isIgnored: boolean): Promise<void> {
    const sentAt = performance.now()
    for (const message of delivery.messages) {
      const key = keyOf(message.channel, message.id)
      if (!history.delivered.has(key)) history.delivered.set(key, { ...message, sentAt, isIgnored })
    }
    for (;;) {
      const status = await system.deliver(delivery.body)
      if (status === 200) break
      if (status !== null && status < 500) throw new Error(`the webhook answers ${status}`)
      await pause(retryPauseMs)
    }
  }

  /** A write whose answer is lost may have happened; it is not made again. */
  async function write(message: OnX, isIgnored: boolean): Promise<void> {
    const { channel, customer, kind, text, answers, hasPhoto } = message
    const parent = answers === null ? undefined : knownOnX.get(answers)
    if (answers !== null && !parent) return
    history.onX.set(text, { ...message, sentAt: performance.now(), isIgnored })
    const written =
      kind === 'post'
        ? await system.onX<{ id: string }>('POST', 'posts', {
            by: customer.id,
            text,
            ...(parent ? { inReplyTo: parent.id } : {}),
          })
        : await system.onX<{ id: string }>('POST', 'direct-messages', {
            from: customer.id,
            to: channel.id,
            text,
            ...(hasPhoto ? { media: { contentType: 'image/png', base64: photo } } : {}),
          })
    if (written) knownOnX.set(text, { id: written.id, customer })
  }

  async function ticketOf(conversation: string, customer: User): Promise<ApiTicket | undefined> {
    const { tickets } = await system.get<{ tickets: ApiTicket[] }>(`/api/tickets?customerId=${customer.id}&limit=100`)
    const [kind, ...rest] = conversation.split(' ')
    if (kind === 'direct') {
      const all = tickets.filter((one) => one.kind === 'direct' && one.channel.id === `twitter-${rest[0]}`)
      return all.find(({ status }) => status !== 'closed')
    }
    const entryId = kind === 'text' ? knownOnX.get(rest.join(' '))?.id : rest[1]
    return tickets.find((one) => one.firstEntryId === entryId && one.status !== 'closed')
  }

  async function act({ act, conversation, customer, values }: Extract<Step, { do: 'agent' }>): Promise<void> {
    const ticket = await ticketOf(conversation, customer)
    if (!ticket) return
    const path = `/api/tickets/${ticket.id}`
    const [value = ''] = values
    switch (act) {
      case 'answer':
        for (const text of values) {
          const call = { method: 'POST', path: `${path}/replies`, body: { text }, key: text.replace(' ', '-') }
          const { status, body } = await system.call(call)
          if (status !== 202) return
          history.replies.push({ ticketId: ticket.id, messageId: (body as ApiMessage).id, text })
        }
        return
      case 'tag': {
        await system.patch(path, { tags: [...new Set([...ticket.tags, value])] })
        const known = history.tags.get(ticket.id) ?? new Set(ticket.tags)
        history.tags.set(ticket.id, known.add(value))
        return
      }
      case 'status':
        return system.patch(path, { status: value })
      case 'close':
        history.closings.set(conversation, (history.closings.get(conversation) ?? 0) + 1)
        await system.patch(path, { status: 'closed' })
        history.closed.set(ticket.id, performance.now())
    }
  }

  function takeTurn(step: Extract<Step, { do: 'agent' }>): Promise<void> {
    const before = turns.get(step.conversation) ?? Promise.resolve()
    const turn = before.then(() => act(step))
    turns.set(
      step.conversation,
      turn.catch(() => {}),
    )
    return turn
  }

  async function empty(): Promise<void> {
    const until = performance.now() + patienceSeconds * 1_000
    for (let calm = 0; calm < 2; ) {
      const { waiting, dead } = await system.depth()
      calm = waiting === 0 ? calm + 1 : 0
      if (performance.now() > until) throw new Error(`the queues still hold ${waiting} messages`)
      if (dead > 0) throw new Error(`${dead} dead letters`)
      await pause(pollMs)
    }
  }

  /** No faults, nothing in the queues, and nothing that X still wants to deliver. */
  async function settle(): Promise<void> {
    await endFaults()
    await system.surelyOnX('DELETE', 'answers')
    await deliveries.idle()
    await agents.idle()
    await empty()
    if (await hasUndelivered(system)) {
      // X delivers again after minutes, but at once after a restart.
      onProgress('everything is killed, so that X delivers again')
      await system.restart()
      while (await hasUndelivered(system)) await pause(pollMs)
      await empty()
    }
    await system.schedule('mentions')
    await empty()
  }

  /** Faults end after some seconds at the latest: where everything fails, the plan does not go on by itself. */
  async function disturb(faults: readonly Fault[]): Promise<void> {
    const ofS3 = faults.filter(({ service }) => service === 's3')
    if (ofS3.length > 0) {
      clearTimeout(s3FaultEnd)
      s3Faults = ofS3
      s3FaultEnd = setTimeout(() => void end(() => (s3Faults = [])), s3FaultMs)
    }
    clearTimeout(faultEnd)
    otherFaults = faults.filter(({ service }) => service !== 's3')
    faultEnd = setTimeout(() => void end(() => (otherFaults = [])), maxFaultMs)
    await system.setFaults([...otherFaults, ...s3Faults])
  }

  async function end(forget: () => void): Promise<void> {
    forget()
    await system.setFaults([...otherFaults, ...s3Faults]).catch(() => {})
  }

  /** No faults any more. */
  async function endFaults(): Promise<void> {
    clearTimeout(faultEnd)
    clearTimeout(s3FaultEnd)
    otherFaults = []
    s3Faults = []
    await system.setFaults([])
  }

  async function backlogIsShort(): Promise<void> {
    const until = performance.now() + maxBacklogWaitMs
    while ((await system.depth()).waiting > maxBacklog && performance.now() < until) await pause(pollMs)
  }

  async function outage(messages: readonly OnX[]): Promise<void> {
    await system.surelyOnX('POST', 'webhooks/break')
    for (const message of messages) await write(message, false)
    await repair(system)
  }

  async function withSwitch({ what, channel, ...step }: Extract<Step, { do: 'switch' }>): Promise<void> {
    await settle()
    const [path, field] =
      what === 'extension' ? ['/api/extensions/twitter', 'enabled'] : [`/api/channels/twitter-${channel.id}`, what]
    await system.patch(path, { [field]: false })
    for (const delivery of step.others) await deliver(delivery, false)
    for (const delivery of [...step.ignored, ...step.ignored.slice(0, 2)]) await deliver(delivery, true)
    for (const message of step.ignoredOnX) await write(message, true)
    await settle()
    await system.patch(path, { [field]: true })
  }

  async function silence(channel: User): Promise<void> {
    await settle()
    const path = `/api/channels/twitter-${channel.id}`
    await system.patch(path, { noMessagesHours: 1 })
    const at = (minutes: number) => new Date(Date.now() + (180 + minutes) * minuteMs)
    for (const [index, kind] of (['failing', 'throttled', 'lost'] as const).entries()) {
      await system.setFaults([{ service: 'ses', kind, share: 1 }])
      await system.scheduleOnce('inactivity', at(5 * index))
    }
    await system.setFaults([])
    await system.schedule('inactivity', at(30))
    const mails = await system.mails()
    if (!mails.some(({ subject }) => subject.includes(channel.username))) {
      history.problems.push(`no mail tells that ${channel.username} is silent`)
    }
    await system.patch(path, { noMessagesHours: null })
  }

  /** Moves the clock of X and of the product on until every reply has ended. */
  async function endReplies(): Promise<void> {
    let at = Date.now()
    let left = [...history.replies]
    // Media that X did not give yet are due within these rounds too.
    for (let round = 0; round < 3 || left.length > 0; round++) {
      if (round > 500) throw new Error(`${left.length} replies never end, ${left[0]?.messageId} among them`)
      const pending = new Map<string, string>()
      for (const ticketId of new Set(left.map((one) => one.ticketId))) {
        for (const { id, delivery } of await messagesOf(system, ticketId)) {
          if (delivery?.status === 'pending') pending.set(id, delivery.dueAt ?? '')
        }
      }
      left = left.filter(({ messageId }) => pending.has(messageId))
      const latest = Math.max(0, ...[...pending.values()].map((due) => Date.parse(due)).filter(Number.isFinite))
      at = Math.max(at + 6 * minuteMs, latest + 1_000)
      onProgress(`${left.length} replies pending; the clock says ${new Date(at).toISOString()}`)
      await system.surelyOnX('POST', 'clock', { now: new Date(at).toISOString() })
      await system.schedule('requeue', new Date(at))
      await empty()
    }
    await settle()
  }

  for (const [index, step] of plan.steps.entries()) {
    if (index % 20 === 0) await backlogIsShort()
    if (index % 500 === 0) onProgress(`step ${index} of ${plan.steps.length}`)
    switch (step.do) {
      case 'deliver':
        await deliveries.add(() => deliver(step.delivery, false))
        break
      case 'write':
        await agents.add(() => write(step.message, false))
        break
      case 'agent':
        await agents.add(() => takeTurn(step))
        break
      case 'faults':
        await disturb(step.faults)
        break
      case 'x_answers':
        await system.onX('POST', 'answers', step.answers.script)
        break
      case 'kill':
        onProgress(`everything is killed at step ${index}`)
        await system.restart()
        break
      case 'outage':
        await outage(step.messages)
        break
      case 'switch':
        onProgress(`${step.what} off at step ${index}`)
        await withSwitch(step)
        break
      case 'silence':
        await silence(step.channel)
    }
  }
  onProgress('everything is sent')
  await settle()
  await repair(system)
  await settle()
  await endReplies()
  return history
}

/** The key of a message: X's ids are unique, but a post may concern two accounts. */
export function keyOf(channel: { readonly id: string }, externalId: string): string {
  return `${channel.id} ${externalId}`
}

/** All messages of a ticket, oldest first. */
export async function messagesOf(system: System, ticketId: string): Promise<ApiMessage[]> {
  const all: ApiMessage[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { messages: ApiMessage[]; nextCursor: string | null } = await system.get(
      `/api/tickets/${ticketId}/messages?limit=100${query}`,
    )
    all.push(...page.messages)
    cursor = page.nextCursor
  }
  return all
}

/** Runs `reconcile` until X delivers again. */
async function repair(system: System): Promise<void> {
  for (let run = 0; run < 10; run++) {
    await system.schedule('reconcile')
    const { webhooks } = await system.surelyOnX<{ webhooks: { valid: boolean }[] }>('GET', 'webhooks')
    if (run > 0 && webhooks.every(({ valid }) => valid)) return
  }
  throw new Error('reconcile does not repair the webhook in ten runs')
}

async function hasUndelivered(system: System): Promise<boolean> {
  const { deliveries } = await system.surelyOnX<{ deliveries: { status: string }[] }>('GET', 'deliveries')
  return deliveries.some(({ status }) => status === 'waiting' || status === 'held')
}

/** A PNG of one pixel. */
export const photo = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
