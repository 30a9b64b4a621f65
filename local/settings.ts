import { resolve } from 'node:path'
import { isCorsOrigin } from '../lambdas/core/api/edge.ts'
import { isMailAddress } from '../lambdas/core/mail-address.ts'
import { type EventSource, eventSources } from '../lambdas/core/x/event-source.ts'
import {
  auditDays,
  deletionHoldHours,
  isInRange,
  lookupsPerCustomer,
  megabytesPerCustomer,
  mentionsPollMinutes,
  type SearchSetting,
  searchSettings,
} from '../lambdas/runtime/resources.ts'
import { type MachineName, machineNames } from './identity/clients.ts'
import { UserError } from './user-error.ts'

/** The AWS region of the embedded services. Nothing calls AWS under it; the services compare it as text. */
export const region = 'us-east-1'

/** AWS SDKs need credentials. The embedded services do not check them, except S3, whose signatures we check. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const

/** The settings of `npm start`; each is an environment variable. */
export type Settings = {
  readonly port: number
  /** Port of the X simulator. */
  readonly xPort: number
  /** Port of the mailbox. */
  readonly mailPort: number
  /** Port of the stand-in for Usedesk. Undefined where it is not asked for. */
  readonly usedeskPort: number | undefined
  readonly dataDir: string
  /** The table in the embedded DynamoDB, to work on a restored one. */
  readonly tableName: string
  readonly publicUrl: string | undefined
  /** An X to use instead of the simulator. */
  readonly xApiUrl: string | undefined
  readonly eventSource: EventSource
  /** Whole minutes between two polls of the mentions, 1 to 60. */
  readonly mentionsPollMinutes: number
  /** Whole hours for which the content of what was deleted on X is kept, 0 to 720. */
  readonly deletionHoldHours: number
  /** What may be looked up at X, and downloaded, because of one customer in a UTC day; 0: nothing. */
  readonly lookupsPerCustomer: number
  readonly megabytesPerCustomer: number
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly consumerSecretPrevious: string | undefined
  /** Usedesk, if it is switched on. */
  readonly usedesk: UsedeskSettings | undefined
  /** True if events may be sent to this machine itself, also by http. */
  readonly localEndpoints: boolean
  /** Whether tickets are found by their words. */
  readonly search: SearchSetting
  /** Mail addresses that get the notifications for administrators. */
  readonly administrators: readonly string[]
  /** Sender of those mails. */
  readonly mailFrom: string
  /** Whole days for which the audit trail is kept, 1 to 3650. */
  readonly auditDays: number
  /** The machines that may get a token. Undefined: all, or only the helpdesk where X or the public address is real. */
  readonly machineClients: readonly MachineName[] | undefined
  /** Origins whose pages may call the API; none by default. */
  readonly corsOrigins: readonly string[]
  readonly awsEndpoints: AwsEndpoints
}

/** The address of Usedesk's API, the token of its channel, and the secret in the address that it calls. */
export type UsedeskSettings = {
  readonly apiUrl: string
  readonly apiToken: string
  readonly webhookSecret: string
}

/** AWS services to use instead of the embedded ones. */
export type AwsEndpoints = {
  readonly dynamodb?: string | undefined
  readonly sqs?: string | undefined
  readonly s3?: string | undefined
  readonly ses?: string | undefined
}

/** Defaults of the settings that a stack needs and tests leave out. */
export const defaults = {
  administrators: ['admin@example.com'],
  mailFrom: 'helpdesk@example.com',
  tableName: 'helpdesk-twitter',
  eventSource: 'x-activity',
  mentionsPollMinutes: mentionsPollMinutes.default,
  search: 'on',
  auditDays: auditDays.default,
  deletionHoldHours: deletionHoldHours.default,
  lookupsPerCustomer: lookupsPerCustomer.default,
  megabytesPerCustomer: megabytesPerCustomer.default,
} as const satisfies Partial<Settings>

/**
 * Reads the settings from an environment. An empty variable counts as not set.
 * @throws UserError naming the variable with an invalid value
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string) => environment[name]?.trim() || undefined
  return {
    port: readPort('PORT', read('PORT') ?? '3000'),
    xPort: readPort('X_PORT', read('X_PORT') ?? '3001'),
    mailPort: readPort('MAIL_PORT', read('MAIL_PORT') ?? '3002'),
    usedeskPort: readUsedeskPort(read),
    dataDir: resolve(read('DATA_DIR') ?? '.local'),
    tableName: readTableName(read('TABLE_NAME') ?? defaults.tableName),
    publicUrl: readUrl('PUBLIC_URL', read('PUBLIC_URL')),
    xApiUrl: readUrl('X_API_URL', read('X_API_URL')),
    eventSource: readEventSource(read('EVENT_SOURCE') ?? defaults.eventSource),
    mentionsPollMinutes: readNumber('MENTIONS_POLL_MINUTES', 'minutes', read, mentionsPollMinutes),
    deletionHoldHours: readNumber('DELETION_HOLD_HOURS', 'hours', read, deletionHoldHours),
    lookupsPerCustomer: readNumber('LOOKUPS_PER_CUSTOMER', 'look-ups', read, lookupsPerCustomer),
    megabytesPerCustomer: readNumber('MEGABYTES_PER_CUSTOMER', 'megabytes', read, megabytesPerCustomer),
    consumerKey: read('X_CONSUMER_KEY') ?? 'local-consumer-key',
    consumerSecret: read('X_CONSUMER_SECRET') ?? 'local-consumer-secret',
    consumerSecretPrevious: read('X_CONSUMER_SECRET_PREVIOUS'),
    usedesk: readUsedesk(read),
    localEndpoints: readLocalEndpoints(read('LOCAL_ENDPOINTS') ?? 'allowed'),
    search: readSearch(read('SEARCH') ?? defaults.search),
    administrators: readAdministrators(read('ADMINISTRATORS')) ?? defaults.administrators,
    mailFrom: readMailFrom(read('MAIL_FROM')) ?? defaults.mailFrom,
    auditDays: readNumber('AUDIT_DAYS', 'days', read, auditDays),
    machineClients: readMachineClients(read('MACHINE_CLIENTS')),
    corsOrigins: readCorsOrigins(read('CORS_ORIGINS')),
    awsEndpoints: {
      dynamodb: readUrl('AWS_ENDPOINT_URL_DYNAMODB', read('AWS_ENDPOINT_URL_DYNAMODB')),
      sqs: readUrl('AWS_ENDPOINT_URL_SQS', read('AWS_ENDPOINT_URL_SQS')),
      s3: readUrl('AWS_ENDPOINT_URL_S3', read('AWS_ENDPOINT_URL_S3')),
      ses: readUrl('AWS_ENDPOINT_URL_SES', read('AWS_ENDPOINT_URL_SES')),
    },
  }
}

function readUsedeskPort(read: (name: string) => string | undefined): number | undefined {
  const which = read('USEDESK')
  if (which === undefined) return undefined
  if (which !== 'local') throw new UserError(`USEDESK must be local, for the stand-in on this machine, not «${which}».`)
  return readPort('USEDESK_PORT', read('USEDESK_PORT') ?? '3003')
}

function readUsedesk(read: (name: string) => string | undefined): UsedeskSettings | undefined {
  const apiUrl = readUrl('USEDESK_API_URL', read('USEDESK_API_URL'))
  if (apiUrl === undefined) return undefined
  const apiToken = read('USEDESK_API_TOKEN')
  if (apiToken === undefined) {
    throw new UserError(
      'USEDESK_API_TOKEN is missing: with USEDESK_API_URL it is the secret key of an API channel of Usedesk.',
    )
  }
  const webhookSecret = read('USEDESK_WEBHOOK_SECRET')
  if (webhookSecret === undefined) {
    throw new UserError(
      'USEDESK_WEBHOOK_SECRET is missing: choose a long random text and put it into the address that Usedesk calls.',
    )
  }
  return { apiUrl, apiToken, webhookSecret }
}

function readTableName(text: string): string {
  if (/^[\w.-]{3,255}$/.test(text)) return text
  throw new UserError(`TABLE_NAME must be 3 to 255 letters, digits, underscores, dots or hyphens, not «${text}».`)
}

function readEventSource(text: string): EventSource {
  const source = eventSources.find((one) => one === text)
  if (!source) throw new UserError(`EVENT_SOURCE must be ${eventSources.join(' or ')}, not «${text}».`)
  return source
}

function readLocalEndpoints(text: string): boolean {
  if (text === 'allowed' || text === 'refused') return text === 'allowed'
  throw new UserError(`LOCAL_ENDPOINTS must be allowed or refused, not «${text}».`)
}

function readSearch(text: string): SearchSetting {
  const setting = searchSettings.find((one) => one === text)
  if (!setting) throw new UserError(`SEARCH must be on or off, not «${text}».`)
  return setting
}

function readMachineClients(text: string | undefined): readonly MachineName[] | undefined {
  if (text === undefined) return undefined
  const asked = text === 'none' ? [] : text.split(',').map((one) => one.trim())
  const isKnown = asked.every((one) => machineNames.some((name) => name === one))
  if (isKnown) return machineNames.filter((name) => asked.includes(name))
  throw new UserError(`MACHINE_CLIENTS must be ${machineNames.join(',')}, one of them, or none, not «${text}».`)
}

/** A whole number; the default where none is given. */
function readNumber(
  name: string,
  unit: string,
  read: (name: string) => string | undefined,
  range: { readonly default: number; readonly min: number; readonly max: number },
): number {
  const text = read(name)
  if (text === undefined) return range.default
  if (/^\d+$/.test(text) && isInRange(Number(text), range)) return Number(text)
  throw new UserError(`${name} must be whole ${unit} from ${range.min} to ${range.max}, not «${text}».`)
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) {
    throw new UserError(`${name} must be a port from 0 (any free port) to 65535, not «${text}».`)
  }
  return port
}

function readAdministrators(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const addresses = text.split(',').map((one) => one.trim())
  if (!addresses.every(isMailAddress)) {
    throw new UserError(`ADMINISTRATORS must be mail addresses, separated by commas, not «${text}».`)
  }
  return addresses
}

function readCorsOrigins(text: string | undefined): readonly string[] {
  const origins = text?.split(',').map((one) => one.trim()) ?? []
  const wrong = origins.find((one) => !isCorsOrigin(one))
  if (wrong === undefined) return origins
  throw new UserError(
    `CORS_ORIGINS must be origins such as https://helpdesk.example.com, separated by commas, not «${wrong}».`,
  )
}

function readMailFrom(text: string | undefined): string | undefined {
  if (text === undefined || isMailAddress(text)) return text
  throw new UserError(`MAIL_FROM must be a mail address, not «${text}».`)
}

function readUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UserError(`${name} must be an http or https address, not «${text}».`)
  }
  return text.replace(/\/+$/, '')
}
