import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import * as z from 'zod'
import type { RoutedOutcome } from '../../lambdas/core/log-events.ts'
import { includedPerson } from '../../lambdas/core/x/payload/people.ts'
import { splitWebhookBody } from '../../lambdas/core/x/webhook-body.ts'
import { UserError } from '../user-error.ts'

/**
 * The expected outcome of an event. `counted`: the webhook counts it and queues nothing. `any`: every outcome is good.
 * A replay sends no replies, so the outcome `settled` cannot occur.
 */
export const outcome = z.enum([
  'opened',
  'joined',
  'outgoing',
  'repeated',
  'ignored',
  'counted',
  'unreadable',
  'revoked',
  'deleted',
  'edited',
  'reply_failed',
  'any',
] as const satisfies readonly (RoutedOutcome | 'counted' | 'any')[])
export type Outcome = z.infer<typeof outcome>

const step = z.strictObject({
  /** Path of the body in the folder. */
  file: z.string(),
  /** One outcome for each event of the body, in order. */
  outcome: z.array(outcome),
  tag: z.string().optional(),
  text: z.string().optional(),
  /** Types of the attachments, in order. */
  attachments: z.array(z.enum(['photo', 'animated_gif', 'video'])).optional(),
  /** The file that opened the ticket which this body joins. */
  joins: z.string().optional(),
})

/** What may be expected of an encrypted body whose key is there. */
type Read = {
  /** X's id of the message that it edits. */
  readonly edits?: string
  /** X's id of the message that it quotes; null if it must show no quotation. */
  readonly quotes?: string | null
  /** True if it must be a notice without a text. */
  readonly isNotice?: true
}

/** A body to post with its expectations. `outcome` is null if there are none; then only lost events are errors. */
export type Step = Omit<z.infer<typeof step>, 'outcome'> &
  Read & {
    readonly outcome: Outcome[] | null
    readonly body: Buffer
  }

/** An X account that the bodies are for. It needs a channel. */
export type Account = { readonly twitterUserId: string; readonly username: string }

/** What to replay: the steps, the accounts, and the files of the folder that are not webhook bodies. */
export type Plan = { readonly steps: Step[]; readonly accounts: Account[]; readonly skipped: string[] }

/**
 * Reads a folder of webhook bodies. The first file of expectations lists the steps; without one, every body is a step,
 * sorted by name. Each further file of expectations replaces the expectations of the files that it names.
 * @throws UserError naming the folder, file or field that is missing or invalid
 */
export function readPlan(folder: string, [expectations, ...replacements]: readonly string[]): Plan {
  if (!existsSync(folder)) throw new UserError(`The folder ${folder} does not exist.`)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  const bodies = new Map(files.map((file) => [file, readFileSync(join(folder, file))]))
  const webhookBodies = files.filter((file) => isWebhookBody(bodies.get(file)))
  const replaced = new Map(replacements.flatMap(readExpectations).map((one) => [one.file, one]))
  const steps = expectations
    ? readExpectations(expectations)
        .map((one) => replaced.get(one.file) ?? one)
        .map((one) => ({ ...one, body: bodyOf(bodies, one.file, folder) }))
    : webhookBodies.map((file) => ({ file, outcome: null, body: bodyOf(bodies, file, folder) }))
  const skipped = files.filter((file) => !webhookBodies.includes(file) && !steps.some((one) => one.file === file))
  return { steps, accounts: accountsIn(webhookBodies.map((file) => bodyOf(bodies, file, folder))), skipped }
}

function bodyOf(bodies: ReadonlyMap<string, Buffer>, file: string, folder: string): Buffer {
  const body = bodies.get(file)
  if (!body) throw new UserError(`The expectations name ${file}, which is not in ${folder}.`)
  return body
}

function readExpectations(path: string): z.infer<typeof step>[] {
  if (!existsSync(path)) throw new UserError(`The file ${path} does not exist.`)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new UserError(`${path} is not JSON.`)
  }
  const read = z.array(step).safeParse(content)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new UserError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** True if a file looks like a webhook body of the Account Activity API or the X Activity API. */
function isWebhookBody(content: Buffer | undefined): boolean {
  try {
    const body: unknown = JSON.parse(content?.toString('utf8') ?? '')
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
    if (['for_user_id', 'user_event', 'replay_job_status'].some((key) => key in body)) return true
    if (Object.keys(body).some((key) => key.endsWith('_events'))) return true
    const { data } = body as { data?: unknown }
    return [data].flat().some((one) => typeof one === 'object' && one !== null && 'event_type' in one)
  } catch {
    return false
  }
}

/** The accounts that the bodies are for, each once, with a username from any of the bodies. */
function accountsIn(bodies: readonly Buffer[]): Account[] {
  const usernames = new Map<string, string | null>()
  for (const body of bodies) {
    for (const { channelUserId, includes } of splitWebhookBody(body.toString('utf8'), new Date(0).toISOString())
      .events) {
      if (channelUserId === null) continue
      usernames.set(channelUserId, usernames.get(channelUserId) ?? includedPerson(channelUserId, includes).username)
    }
  }
  return [...usernames].map(([twitterUserId, username]) => ({
    twitterUserId,
    username: username ?? `user${twitterUserId}`.slice(0, 15),
  }))
}
