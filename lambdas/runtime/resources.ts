import { bucketPrefixes } from '../core/tickets/bucket-keys.ts'

/**
 * What every function, queue and table of the product is, in numbers and names.
 * `lib/` deploys it and `local/` runs it: neither has figures of its own, so one machine behaves like AWS.
 */

/** A function: its limits, and the names of the environment variables that it reads, no more and no fewer. */
export type FunctionResource = {
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: readonly EnvironmentName[]
}

/** The environment variables of the product. `runtime/environment.ts` is the only reader. */
export type EnvironmentName =
  | 'TABLE_NAME'
  | 'EVENTS_QUEUE_URL'
  | 'REPLIES_QUEUE_URL'
  | 'MEDIA_QUEUE_URL'
  /** The bucket for pictures, GIFs and videos. */
  | 'MEDIA_BUCKET'
  /** Where the keys of the X app are: the ARN of a secret, or a `file:` URL. */
  | 'X_SECRETS'
  /** What seals the tokens of accounts: the ARN of a KMS key, or a `file:` URL. */
  | 'TOKENS_KEY'
  /** Where X's API is: `https://api.x.com`, or another X. */
  | 'X_API_URL'
  /** How X and browsers reach the product, without a slash at its end. */
  | 'PUBLIC_URL'
  /** What a channel subscribes to: `account-activity` or `x-activity`. */
  | 'EVENT_SOURCE'
  /** Who hears when something is wrong: mail addresses, separated by commas. */
  | 'ADMINISTRATORS'
  /** From whom: a verified identity of SES. */
  | 'MAIL_FROM'

/** The functions by the name of their handler's file. X gives a delivery 3 seconds, the gateway an API call 30. */
export const functions = {
  webhook: { timeoutSeconds: 10, memoryMb: 1024, environment: ['EVENTS_QUEUE_URL', 'X_SECRETS', 'TABLE_NAME'] },
  router: { timeoutSeconds: 30, memoryMb: 512, environment: ['TABLE_NAME', 'MEDIA_QUEUE_URL'] },
  api: {
    timeoutSeconds: 20,
    memoryMb: 1024,
    environment: [
      'TABLE_NAME',
      'REPLIES_QUEUE_URL',
      'MEDIA_BUCKET',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'PUBLIC_URL',
      'EVENT_SOURCE',
    ],
  },
  sender: {
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: ['TABLE_NAME', 'MEDIA_QUEUE_URL', 'X_SECRETS', 'TOKENS_KEY', 'X_API_URL'],
  },
  /** Half a gigabyte of video may take a while, in either direction: as long as Lambda allows. */
  media: {
    timeoutSeconds: 900,
    memoryMb: 1024,
    environment: ['TABLE_NAME', 'REPLIES_QUEUE_URL', 'MEDIA_BUCKET', 'X_SECRETS', 'TOKENS_KEY', 'X_API_URL'],
  },
  inactivity: {
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'PUBLIC_URL',
      'EVENT_SOURCE',
      'ADMINISTRATORS',
      'MAIL_FROM',
    ],
  },
  requeue: { timeoutSeconds: 30, memoryMb: 512, environment: ['TABLE_NAME', 'REPLIES_QUEUE_URL', 'MEDIA_QUEUE_URL'] },
  reconcile: {
    timeoutSeconds: 300,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'EVENTS_QUEUE_URL',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'PUBLIC_URL',
      'EVENT_SOURCE',
      'ADMINISTRATORS',
      'MAIL_FROM',
    ],
  },
} as const satisfies Record<string, FunctionResource>

export type FunctionName = keyof typeof functions

/** A FIFO queue with dead letters and the function that works it off. */
export type QueueResource = {
  readonly consumer: FunctionName
  readonly batchSize: number
  /** Seconds; AWS asks for at least six times the consumer's time-out. */
  readonly visibilitySeconds: number
  /** After so many receives a message goes to the dead letters. */
  readonly maxReceives: number
  /** Seconds that dead letters are kept: SQS's longest, 14 days. */
  readonly deadLetterRetentionSeconds: number
}

export const queues = {
  events: {
    consumer: 'router',
    batchSize: 10,
    visibilitySeconds: 6 * functions.router.timeoutSeconds,
    maxReceives: 5,
    deadLetterRetentionSeconds: 14 * 24 * 3600,
  },
  replies: {
    consumer: 'sender',
    batchSize: 5,
    visibilitySeconds: 6 * functions.sender.timeoutSeconds,
    maxReceives: 5,
    deadLetterRetentionSeconds: 14 * 24 * 3600,
  },
  media: {
    consumer: 'media',
    batchSize: 1,
    visibilitySeconds: 6 * functions.media.timeoutSeconds,
    maxReceives: 3,
    deadLetterRetentionSeconds: 14 * 24 * 3600,
  },
} as const satisfies Record<string, QueueResource>

export type QueueName = keyof typeof queues

/** What runs by the clock: the function, and every how many minutes. */
export const schedules = {
  requeue: { everyMinutes: 1 },
  inactivity: { everyMinutes: 5 },
  reconcile: { everyMinutes: 15 },
} as const satisfies Partial<Record<FunctionName, { everyMinutes: number }>>

export type ScheduleName = keyof typeof schedules

/**
 * The bucket: what came in with messages, what agents hand in, and what of that belongs to a reply. Unused uploads, and
 * parts of what never became whole, go by themselves.
 */
export const bucket = { ...bucketPrefixes, unusedDays: 1 } as const

/** The one table. Keys are strings; an item is in an index when it has the index's two attributes. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'expiresAt',
  /** The one item that the webhook writes: from when to when it answered X with an error. */
  outage: { pk: 'OUTAGE', sk: 'OUTAGE' },
  /** Tickets by newest activity: the partition attribute of each list is sharded where many tickets share it. */
  indexes: {
    all: { partitionKey: 'inAll', sortKey: 'activity' },
    status: { partitionKey: 'inStatus', sortKey: 'activity' },
    channel: { partitionKey: 'inChannel', sortKey: 'activity' },
    customer: { partitionKey: 'inCustomer', sortKey: 'activity' },
    tag: { partitionKey: 'inTag', sortKey: 'activity' },
    /** Replies that are not sent yet, and media that are not fetched yet, by the time at which to look at them again. */
    due: { partitionKey: 'inDue', sortKey: 'dueAt' },
  },
  /** What the indexes carry beside the keys: enough to filter by, the ticket itself is read from the table. */
  projected: ['ticketId', 'status', 'tags', 'channelId', 'customerId'],
} as const

export type IndexName = keyof typeof table.indexes

/** What a token of the API may carry: groups of people, scopes of machines (`IDENTIFIER/NAME`). */
export const access = {
  groups: {
    administrators: 'May do everything',
    agents: 'Read tickets and messages, answer, set status and tags',
  },
  resourceServer: 'helpdesk-twitter',
  scopes: {
    tickets: 'Read tickets and messages, answer, set status and tags',
    admin: 'Everything, channels and settings included',
  },
} as const
