import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Bundle } from '../build/bundle.ts'
import type { EnvironmentName } from '../lambdas/runtime/resources.ts'
import { type Spread, spreadOf } from './statistics.ts'

/**
 * Figures of a handler and of its floor, taken right after each other, so what else the machine does meets both. Look at
 * their ratio, because milliseconds depend on the machine and on its load.
 */
export type Pair<Figures> = { readonly handler: Figures; readonly floor: Figures }

/** Takes a pair; which of the two comes first changes from round to round. */
export async function pairOf<Figures>(
  round: number,
  handler: () => Promise<Figures>,
  floor: () => Promise<Figures>,
): Promise<Pair<Figures>> {
  if (round % 2 === 0) return { floor: await floor(), handler: await handler() }
  return { handler: await handler(), floor: await floor() }
}

/** The ratios of the pairs, not the ratio of the medians. */
export function ratioOf<Name extends string>(pairs: readonly Pair<Record<Name, number>>[], name: Name): Spread {
  return spreadOf(pairs.map(({ handler, floor }) => handler[name] / floor[name]))
}

/** The median of one figure on one side. */
export function medianOf<Name extends string>(
  pairs: readonly Pair<Record<Name, number>>[],
  side: keyof Pair<unknown>,
  name: Name,
): number {
  return spreadOf(pairs.map((pair) => pair[side][name])).median
}

const environment: Record<EnvironmentName, string> = {
  TABLE_NAME: 'table',
  TABLE_PARTITIONS: '4',
  DELETION_HOLD_HOURS: '24',
  LOOKUPS_PER_CUSTOMER: '200',
  MEGABYTES_PER_CUSTOMER: '1024',
  EVENTS_QUEUE_URL: 'http://localhost/events',
  REPLIES_QUEUE_URL: 'http://localhost/replies',
  MEDIA_QUEUE_URL: 'http://localhost/media',
  OUTGOING_QUEUE_URL: 'http://localhost/outgoing',
  LOCAL_ENDPOINTS: 'refused',
  SEARCH: 'on',
  MEDIA_BUCKET: 'bucket',
  KEY_RECOVERY: 'juicebox',
  X_SECRETS: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x',
  TOKENS_KEY: 'arn:aws:kms:us-east-1:123456789012:key/tokens',
  X_API_URL: 'https://api.x.com',
  PUBLIC_URL: 'https://helpdesk.example.com',
  EVENT_SOURCE: 'x-activity',
  AUDIT_DAYS: '365',
  USEDESK_API_URL: '',
  USEDESK_SECRETS: '',
  ORIGIN_SECRETS: 'YtqzRGpXvB3nKfW7dLmC9sHjAeU2xQ4oPrTgZk6N',
  ADMINISTRATORS: 'admin@example.com',
  MAIL_FROM: 'helpdesk@example.com',
  ALARM_TOPIC: 'arn:aws:sns:us-east-1:123456789012:alarms',
}

const run = promisify(execFile)

/**
 * Runs a script beside this file over a bundle, in a process of its own.
 * @returns what the script prints, parsed
 * @throws Error with what it said if it fails
 */
export async function runOver<Figures>(
  script: string,
  { folder }: Bundle,
  more: { args?: readonly string[]; environment?: Record<string, string> } = {},
): Promise<Figures> {
  const bundle = pathToFileURL(join(folder, 'index.mjs')).href
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, script), bundle, ...(more.args ?? [])], {
    env: { AWS_REGION: 'us-east-1', ...environment, ...more.environment },
  })
  return JSON.parse(stdout) as Figures
}
