import { type Deliveries, maxReplayAgeMs } from './deliveries.ts'
import { type Answer, type Call, invalidRequest, jsonBody, problem, type Route } from './http.ts'
import type { Delivery, Settings, State } from './state.ts'
import { webhookOf } from './webhooks.ts'
import type { ReplayJob, World } from './world.ts'

/** Delivers missed events again. https://docs.x.com/x-api/webhooks/introduction */
export const replayRoutes: readonly Route[] = [
  { method: 'POST', path: '/2/webhooks/replay', access: 'app', limit: 'replays', handle: replay },
]

const minuteMs = 60_000
const minFromAgeMs = 31 * minuteMs
const minToAgeMs = 10 * minuteMs

function replay(world: World, call: Call): Answer {
  const body = jsonBody(call)
  const webhook = webhookOf(world, body.webhook_id)
  const [from, to] = [timeOf('from_date', body.from_date), timeOf('to_date', body.to_date)]
  const now = world.now()
  const age = (time: Date) => now.getTime() - time.getTime()
  if (age(from) > maxReplayAgeMs) throw invalidRequest('from_date: must be within the last 24 hours')
  if (age(from) < minFromAgeMs) throw invalidRequest('from_date: must be at least 31 minutes ago')
  if (age(to) < minToAgeMs) throw invalidRequest('to_date: must be at least 10 minutes ago')
  if (from >= to) throw invalidRequest('from_date: must be before to_date')
  if (!webhook.valid) throw invalidRequest('WebhookInvalid: The webhook is not valid. PUT /2/webhooks/:id makes it so')
  const job_id = world.newId()
  if (!world.replay({ id: job_id, webhookId: webhook.id, from, to })) {
    throw problem(409, 'Conflict', 'ReplayJobInProgress: Another replay job is in progress')
  }
  return { status: 200, body: { data: { job_id, created_at: now.toISOString() } } }
}

/** Parses `yyyymmddhhmm`, a time in UTC. */
function timeOf(name: string, value: unknown): Date {
  const parts = typeof value === 'string' ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(value) : null
  const [, year, month, day, hour, minute] = parts ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:00.000Z`
  const time = new Date(iso)
  // `Date` accepts day 31 of a shorter month and moves it to the next month.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) {
    throw invalidRequest(`${name}: is not a time of the form yyyymmddhhmm`)
  }
  return time
}

export type ReplayOptions = Pick<Deliveries, 'redeliver' | 'emit'> & {
  readonly state: State
  readonly onWarning: (sentence: string) => void
}

/**
 * Runs replay jobs, one at a time. A job delivers each event of both event systems once, in order, and then an event with
 * its own result.
 */
export function createReplays({ state, redeliver, emit, onWarning }: ReplayOptions): World['replay'] {
  let isRunning = false

  const run = async (job: ReplayJob, found: readonly Delivery[]) => {
    const { settings } = state
    let isComplete = settings.incompleteReplays === 0
    const events = isComplete ? found : found.slice(0, -1)
    if (!isComplete) settings.incompleteReplays -= 1
    for (const event of events) {
      const isAnswered = await redeliver(event, job.id)
      if (isAnswered === null) return
      if (!isAnswered) isComplete = false
    }
    const replay_job_status = {
      webhook_id: job.webhookId,
      job_state: isComplete ? 'Complete' : 'Incomplete',
      job_state_description: isComplete
        ? 'Job completed successfully'
        : 'Job failed to deliver all events, please retry your replay job',
      job_id: job.id,
    }
    emit([{ webhookId: job.webhookId, userId: null, event: 'replay_job_status', body: { replay_job_status } }])
  }

  return (job) => {
    if (isRunning) return false
    isRunning = true
    const events = state.deliveries.filter((one) => belongs(one, job, state.settings))
    run(job, events)
      .catch((error) => onWarning(`The X simulator could not replay: ${String(error)}`))
      .finally(() => {
        isRunning = false
      })
    return true
  }
}

/** True for events in the job's time range, both minutes inclusive, except those whose first attempt is still pending. */
function belongs(delivery: Delivery, { webhookId, from, to }: ReplayJob, { replayMissed }: Settings): boolean {
  const { status, attempts, userId, replay } = delivery
  const isPending = status === 'held' || (status === 'waiting' && attempts.length === 0)
  // The event that ends a job has no account.
  const isEvent = userId !== null && !replay
  const at = Date.parse(delivery.createdAt)
  const isInRange = at >= from.getTime() && at < to.getTime() + minuteMs
  return delivery.webhookId === webhookId && isEvent && isInRange && !isPending && (replayMissed || status !== 'missed')
}
