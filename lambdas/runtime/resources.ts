import { bucketPrefixes } from '../core/tickets/bucket-keys.ts'

/**
 * The manifest: names and figures of all functions, queues, schedules and the table. `lib/` deploys it and `local/` runs
 * it, so one machine behaves like AWS.
 */

/** A function: its limits, and exactly the environment variables that it reads. */
export type FunctionResource = {
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: readonly EnvironmentName[]
}

/** The environment variables of the functions. Only `runtime/environment.ts` reads them. */
export type EnvironmentName =
  | 'TABLE_NAME'
  /** The number of partitions of each list that many items share. */
  | 'TABLE_PARTITIONS'
  | 'DELETION_HOLD_HOURS'
  /** What may be looked up and downloaded for one customer in a UTC day. */
  | 'LOOKUPS_PER_CUSTOMER'
  | 'MEGABYTES_PER_CUSTOMER'
  | 'EVENTS_QUEUE_URL'
  | 'REPLIES_QUEUE_URL'
  | 'MEDIA_QUEUE_URL'
  | 'OUTGOING_QUEUE_URL'
  /** `allowed` on one machine: events may be sent to this machine itself. Elsewhere `refused`. */
  | 'LOCAL_ENDPOINTS'
  /** The address of Usedesk's API, without a trailing slash; empty: Usedesk is not switched on. */
  | 'USEDESK_API_URL'
  /** The token and the webhook secret of Usedesk: the ARN of a secret, or a `file:` URL; empty while it is off. */
  | 'USEDESK_SECRETS'
  /** `on` or `off`: whether tickets are found by their words. */
  | 'SEARCH'
  /** The name of the bucket for pictures, GIFs and videos. */
  | 'MEDIA_BUCKET'
  /** The keys of the X app: the ARN of a secret, or a `file:` URL. */
  | 'X_SECRETS'
  /** The key that encrypts the tokens of accounts: the ARN of a KMS key, or a `file:` URL. */
  | 'TOKENS_KEY'
  /** The address of X's API: `https://api.x.com`, or a simulator. */
  | 'X_API_URL'
  /** Who recovers keys of encrypted messages by their PIN: `juicebox`, X's key store, or the address of a simulator. */
  | 'KEY_RECOVERY'
  /** The address under which X and browsers reach the product, without a trailing slash. */
  | 'PUBLIC_URL'
  /** The API of X that delivers events: `account-activity` or `x-activity`. */
  | 'EVENT_SOURCE'
  /** The days for which entries of the audit trail are kept. */
  | 'AUDIT_DAYS'
  /** The mail addresses of the administrators, comma-separated; may be empty. */
  | 'ADMINISTRATORS'
  /** What CloudFront tells in the header `x-origin-secret`: one secret or two, comma-separated; empty: nothing is asked. */
  | 'ORIGIN_SECRETS'
  /** The sender of mails: a verified identity of SES. */
  | 'MAIL_FROM'
  /** The ARN of the topic that mails alarms to administrators; empty on one machine. */
  | 'ALARM_TOPIC'

/**
 * The functions, by the names of their handler files. X waits 3 seconds for the webhook, the gateway 30 for the API.
 * Memory decides the share of a processor, one for 1,769 MB: loaded they hold 46 to 63 MB, so it is chosen by who waits
 * (docs/decisions/starts.md).
 */
export const functions = {
  webhook: {
    timeoutSeconds: 10,
    memoryMb: 1024,
    environment: ['EVENTS_QUEUE_URL', 'X_SECRETS', 'TABLE_NAME', 'ORIGIN_SECRETS'],
  },
  router: {
    timeoutSeconds: 30,
    memoryMb: 512,
    environment: ['TABLE_NAME', 'TABLE_PARTITIONS', 'MEDIA_QUEUE_URL', 'X_SECRETS', 'TOKENS_KEY', 'X_API_URL'],
  },
  api: {
    timeoutSeconds: 20,
    memoryMb: 1024,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
      'REPLIES_QUEUE_URL',
      'OUTGOING_QUEUE_URL',
      'LOCAL_ENDPOINTS',
      'SEARCH',
      'MEDIA_BUCKET',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'PUBLIC_URL',
      'EVENT_SOURCE',
      'AUDIT_DAYS',
      'ORIGIN_SECRETS',
      'EVENTS_QUEUE_URL',
      'KEY_RECOVERY',
      'ADMINISTRATORS',
      'MAIL_FROM',
      'ALARM_TOPIC',
      'USEDESK_API_URL',
      'USEDESK_SECRETS',
    ],
  },
  sender: {
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: ['TABLE_NAME', 'TABLE_PARTITIONS', 'MEDIA_QUEUE_URL', 'X_SECRETS', 'TOKENS_KEY', 'X_API_URL'],
  },
  /** A video may have half a gigabyte, so this is Lambda's longest time-out. It holds three parts of 8 MB. */
  media: {
    timeoutSeconds: 900,
    memoryMb: 1024,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
      'REPLIES_QUEUE_URL',
      'MEDIA_BUCKET',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'LOOKUPS_PER_CUSTOMER',
      'MEGABYTES_PER_CUSTOMER',
    ],
  },
  inactivity: {
    timeoutSeconds: 240,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
      'X_SECRETS',
      'TOKENS_KEY',
      'X_API_URL',
      'PUBLIC_URL',
      'EVENT_SOURCE',
      'ADMINISTRATORS',
      'MAIL_FROM',
    ],
  },
  requeue: {
    timeoutSeconds: 30,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
      'REPLIES_QUEUE_URL',
      'MEDIA_QUEUE_URL',
      'OUTGOING_QUEUE_URL',
      'DELETION_HOLD_HOURS',
      'USEDESK_API_URL',
    ],
  },
  publish: {
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: ['TABLE_NAME', 'TABLE_PARTITIONS', 'OUTGOING_QUEUE_URL', 'USEDESK_API_URL', 'SEARCH'],
  },
  deliver: {
    timeoutSeconds: 60,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
      'MEDIA_BUCKET',
      'TOKENS_KEY',
      'LOCAL_ENDPOINTS',
      'REPLIES_QUEUE_URL',
      'AUDIT_DAYS',
      'USEDESK_API_URL',
      'USEDESK_SECRETS',
    ],
  },
  mentions: {
    timeoutSeconds: 110,
    memoryMb: 512,
    environment: ['TABLE_NAME', 'TABLE_PARTITIONS', 'EVENTS_QUEUE_URL', 'X_SECRETS', 'TOKENS_KEY', 'X_API_URL'],
  },
  reconcile: {
    timeoutSeconds: 300,
    memoryMb: 512,
    environment: [
      'TABLE_NAME',
      'TABLE_PARTITIONS',
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
  /** Reads the whole table for each customer to erase, and goes on in the next run. */
  erase: { timeoutSeconds: 270, memoryMb: 512, environment: ['TABLE_NAME', 'TABLE_PARTITIONS', 'MEDIA_BUCKET'] },
} as const satisfies Record<string, FunctionResource>

export type FunctionName = keyof typeof functions

/** A FIFO queue with a dead-letter queue, and the function that consumes it. */
export type QueueResource = {
  readonly consumer: FunctionName
  readonly batchSize: number
  /** AWS recommends at least six times the consumer's time-out. */
  readonly visibilitySeconds: number
  /** A message moves to the dead-letter queue after this many receives. */
  readonly maxReceives: number
  /** At most so many batches are processed at once, unless the installation's `queueConcurrency` says otherwise. */
  readonly maxConcurrency: number
  readonly deadLetterRetentionSeconds: number
}

/**
 * Seconds until a message that failed is delivered again, by how often it was received. Tries come 0, 1, 3, 8, 18, 33,
 * 63, 123, 243, 483, 843 and 1,323 seconds after the first: after a fault of up to 22 minutes the next try comes within
 * the time that the fault lasted, plus 2 seconds, and only a longer one leads to dead letters
 * (docs/decisions/fifo-batches.md).
 */
export const retrySeconds = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 480] as const

/** The first receive, and one after each delay. */
const maxReceives = retrySeconds.length + 1

/**
 * What the setting `queueConcurrency` may be: SQS's limits of a mapping. By default the four queues take 8 of the 10
 * concurrent executions that a new account has, 2 of them only for endpoints; the webhook, the API and the schedules have
 * the rest.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const queueConcurrency = { min: 2, max: 1000, default: 2 } as const

const maxConcurrency = queueConcurrency.default

/** SQS's longest retention, 14 days. */
const deadLetterRetentionSeconds = 14 * 24 * 3600

export const queues = {
  events: {
    consumer: 'router',
    batchSize: 10,
    visibilitySeconds: 6 * functions.router.timeoutSeconds,
    maxReceives,
    maxConcurrency,
    deadLetterRetentionSeconds,
  },
  replies: {
    consumer: 'sender',
    batchSize: 5,
    visibilitySeconds: 6 * functions.sender.timeoutSeconds,
    maxReceives,
    maxConcurrency,
    deadLetterRetentionSeconds,
  },
  media: {
    consumer: 'media',
    batchSize: 1,
    visibilitySeconds: 6 * functions.media.timeoutSeconds,
    maxReceives,
    maxConcurrency,
    deadLetterRetentionSeconds,
  },
  outgoing: {
    consumer: 'deliver',
    batchSize: 5,
    visibilitySeconds: 6 * functions.deliver.timeoutSeconds,
    maxReceives,
    maxConcurrency,
    deadLetterRetentionSeconds,
  },
} as const satisfies Record<string, QueueResource>

export type QueueName = keyof typeof queues

/** What the setting `originSecretStep` may be. */
export const originSecretSteps = { min: 1, max: 10_000, default: 1, isOnlyRaised: true } as const

/**
 * The stream of the table, which tells every change in order, and the function that consumes it. Only changes of items
 * whose sort key begins so invoke it (docs/decisions/outgoing-events.md).
 */
export const stream = {
  consumer: 'publish',
  batchSize: 100,
  sortKeyPrefixes: ['TICKET#', 'MESSAGE#', 'CHANNEL'],
} as const satisfies {
  readonly consumer: FunctionName
} & Readonly<Record<string, unknown>>

/** How often the mentions are polled is a setting of the installation, in whole minutes. */
export const mentionsPollMinutes = { min: 1, max: 60, default: 2 } as const

/** For how many whole hours the content of what was deleted on X is kept is a setting of the installation. */
export const deletionHoldHours = { min: 0, max: 720, default: 24 } as const

/** What one customer may cause on a UTC day are settings of the installation; 0 for nothing. */
export const lookupsPerCustomer = { min: 0, max: 1_000_000, default: 200 } as const
/** By default twice the largest video that X takes, of 512 MB. A megabyte has 1024 × 1024 bytes. */
export const megabytesPerCustomer = { min: 0, max: 1_000_000, default: 1024 } as const

/**
 * What the setting `tablePartitions` may be. Each partition of a list takes 1,000 write units a second and is read for
 * every page (docs/scale.md). It may only be raised: what is stored in a partition is not read with fewer.
 */
export const tablePartitions = { min: 4, max: 64, default: 4, isOnlyRaised: true } as const

/** For how many days an entry of the audit trail is kept is a setting of the installation. */
export const auditDays = { min: 1, max: 3650, default: 365 } as const

/** Whether tickets are found by their words is a setting of the installation. */
export const searchSettings = ['on', 'off'] as const
export type SearchSetting = (typeof searchSettings)[number]

/** True for a whole number that a setting may have. */
export function isInRange(number: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(number) && number >= min && number <= max
}

/** The functions that run on a schedule, and their intervals; that of `mentions` is only the default of its setting. */
export const schedules = {
  requeue: { everyMinutes: 1 },
  inactivity: { everyMinutes: 5 },
  mentions: { everyMinutes: mentionsPollMinutes.default },
  reconcile: { everyMinutes: 15 },
  erase: { everyMinutes: 5 },
} as const satisfies Partial<Record<FunctionName, { everyMinutes: number }>>

export type ScheduleName = keyof typeof schedules

/**
 * The bucket, with a prefix each for received files, agents' uploads and the files of replies. Uploads without a reply
 * and incomplete multipart uploads expire after `unusedDays`.
 */
export const bucket = { ...bucketPrefixes, unusedDays: 1 } as const

/** A secondary index. Its keys are strings. */
export type IndexResource = {
  readonly partitionKey: string
  readonly sortKey: string
  readonly projected: readonly string[]
}

/** The only table. Keys are strings. An item is in an index if it has both attributes of the index. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'expiresAt',
  /** From when to when deliveries failed. The webhook writes only in this partition; beside it are the ends of replays. */
  outage: { pk: 'OUTAGE', sk: 'OUTAGE' },
  /** The indexes, and the attributes in them besides the keys (docs/decisions/table.md). */
  indexes: {
    /** All tickets by newest activity, as lists show them: the only one in which each message moves its ticket. */
    list: {
      partitionKey: 'inList',
      sortKey: 'activity',
      projected: [
        'status',
        'tags',
        'subject',
        'customer',
        'openedAt',
        'openedBecause',
        'messageCount',
        'firstEntryId',
        'previousTicketId',
        'nextTicketId',
        'lastMessage',
        'waitingSince',
        'unsettled',
      ],
    },
    status: { partitionKey: 'inStatus', sortKey: 'openedAt', projected: [] },
    /** Closed tickets by their closing, with what reports count of it. Others have no `closedAt`. */
    closed: { partitionKey: 'inStatus', sortKey: 'closedAt', projected: ['openedAt', 'tags'] },
    customer: { partitionKey: 'inCustomer', sortKey: 'openedAt', projected: [] },
    /** The tickets of a channel, with what reports count. */
    channel: {
      partitionKey: 'inChannel',
      sortKey: 'openedAt',
      projected: ['status', 'tags', 'messageCount', 'outboundCount', 'firstResponseAt'],
    },
    /** What happened on a channel: messages, ignored events, outcomes of replies. */
    counts: { partitionKey: 'inCounts', sortKey: 'countedAt', projected: ['counts', 'receivedAt'] },
    /**
     * Replies to send and messages with media to fetch, by the time at which they are due; tickets with unsettled
     * replies, by their opening.
     */
    due: { partitionKey: 'inDue', sortKey: 'dueAt', projected: ['ticketId', 'channelId'] },
  },
} as const satisfies {
  readonly indexes: Readonly<Record<string, IndexResource>>
} & Readonly<Record<string, unknown>>

export type IndexName = keyof typeof table.indexes
