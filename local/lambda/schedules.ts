import { randomUUID } from 'node:crypto'
import type { ScheduledEvent } from 'aws-lambda'
import * as z from 'zod'
import { Problem } from '../../lambdas/core/api/problem.ts'
import { type ScheduleName, schedules } from '../../lambdas/runtime/resources.ts'
import { region } from '../settings.ts'
import type { LocalFunction } from './functions.ts'

/** The schedules of the manifest, which EventBridge runs in AWS. */
export type Schedules = {
  /**
   * Runs a schedule with `now` as its time. If a run is in progress, waits for its end first.
   * @throws InvocationError when the function fails
   */
  run(name: ScheduleName, now: Date): Promise<void>
  /** Stops the timers. */
  stop(): void
}

/**
 * Runs each schedule of the manifest at its interval. The error of a failed run is in the function's log.
 * @param everyMinutes intervals that settings give instead
 */
export function startSchedules(
  functions: Readonly<Record<ScheduleName, Pick<LocalFunction, 'invoke'>>>,
  everyMinutes: Partial<Record<ScheduleName, number>> = {},
): Schedules {
  const names = Object.keys(schedules) as ScheduleName[]
  const inProgress = new Map<ScheduleName, Promise<void>>()

  const run = (name: ScheduleName, now: Date) => {
    const act = async () => void (await functions[name].invoke(scheduledEvent(name, now)))
    const before = inProgress.get(name)
    const running = before ? before.then(act, act) : act()
    inProgress.set(name, running)
    const forget = () => void (inProgress.get(name) === running && inProgress.delete(name))
    running.then(forget, forget)
    return running
  }
  const tick = (name: ScheduleName) => void run(name, wholeSecond(new Date())).catch(() => {})
  const timers = names.map((name) =>
    setInterval(tick, (everyMinutes[name] ?? schedules[name].everyMinutes) * 60_000, name),
  )
  return {
    run,
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
function scheduledEvent(name: ScheduleName, now: Date): ScheduledEvent<Record<string, never>> {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: now.toISOString().replace('.000Z', 'Z'),
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/${name}`],
    detail: {},
  }
}

/** EventBridge sends times in whole seconds. */
const wholeSecond = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000)

const request = z.strictObject({
  now: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-03-12T19:03:58Z' }).optional(),
})

/**
 * `POST /_local/schedules/NAME`: runs a schedule at once, with the time `now` of the body.
 * @throws Problem 404 for an unknown schedule, 400 or 422 for an invalid body, 500 with the message of a handler that failed
 */
export async function runOnRequest(running: Schedules, name: string, body: string): Promise<void> {
  if (!isSchedule(name)) throw new Problem(404, `there is no schedule ${name}`)
  const { now } = readRequest(body)
  try {
    await running.run(name, now === undefined ? new Date() : new Date(now))
  } catch (error) {
    throw new Problem(500, error instanceof Error ? error.message : String(error))
  }
}

const isSchedule = (name: string): name is ScheduleName => Object.hasOwn(schedules, name)

function readRequest(body: string): z.infer<typeof request> {
  let content: unknown
  try {
    content = JSON.parse(body.trim() || '{}')
  } catch {
    throw new Problem(400, 'the body is not JSON')
  }
  const read = request.safeParse(content)
  if (read.success) return read.data
  const errors = read.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ field, detail: 'is unknown' }))
    return [{ field: issue.path.join('.') || 'body', detail: issue.message }]
  })
  throw new Problem(422, errors.map(({ field, detail }) => `${field} ${detail}`).join('; '), { errors })
}
