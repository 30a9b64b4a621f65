import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import * as z from 'zod'
import { includedPerson } from '../../lambdas/core/x/payload/people.ts'
import { splitWebhookBody } from '../../lambdas/core/x/webhook-body.ts'
import { Refusal } from '../settings.ts'

/** What an event of a body can come to, in one word each; `any` stands for whatever is sensible. */
const outcome = z.enum([
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
  'any',
])
export type OutcomeWord = z.infer<typeof outcome>

const step = z.strictObject({
  /** Path of the body inside the folder. */
  file: z.string(),
  /** One word an event of the body, in order. */
  outcome: z.array(outcome),
  tag: z.string().optional(),
  text: z.string().optional(),
  /** Kinds of attachments, in order. */
  attachments: z.array(z.enum(['photo', 'animated_gif', 'video'])).optional(),
  /** The file whose ticket it joins. */
  joins: z.string().optional(),
})

/** A body to post, and what is expected of it; without expectation anything that is not lost will do. */
export type Step = Omit<z.infer<typeof step>, 'outcome'> & {
  readonly outcome: OutcomeWord[] | null
  readonly body: Buffer
}

/** An X account that bodies name, for which a channel is needed. */
export type Account = { readonly twitterUserId: string; readonly username: string }

/** What to replay: the steps, the accounts, and the files of the folder that are no webhook bodies. */
export type Plan = { readonly steps: Step[]; readonly accounts: Account[]; readonly skipped: string[] }

/**
 * Reads a folder of webhook bodies. The steps are those of the first file of expectations, or every body by name.
 * A file of expectations that follows replaces what is expected of the files that it names.
 * @throws Refusal naming the folder, file or field that cannot be used
 */
export function readPlan(folder: string, [expectations, ...replacements]: readonly string[]): Plan {
  if (!existsSync(folder)) throw new Refusal(`There is no folder ${folder}.`)
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
  if (!body) throw new Refusal(`${file} is expected, but it is not in ${folder}.`)
  return body
}

function readExpectations(path: string): z.infer<typeof step>[] {
  if (!existsSync(path)) throw new Refusal(`There is no file ${path}.`)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Refusal(`${path} is not JSON.`)
  }
  const read = z.array(step).safeParse(content)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Refusal(`${path}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Whether a file looks like something that X posts: an envelope of either event system. */
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

/** Every account that the bodies name, once, with the username that any of them gives it. */
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
