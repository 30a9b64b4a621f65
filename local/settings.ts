import { resolve } from 'node:path'

/** Where the parts of this machine live. Nothing is called under it: embedded parts only match it, literally. */
export const region = 'us-east-1'

/** What any AWS SDK asks for before it talks to an embedded part, which checks neither. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const

/** What a person may set from outside; `docs` and `npm start` call them by the names of the environment. */
export type Settings = {
  readonly port: number
  /** Of the X simulator. */
  readonly xPort: number
  /** Of the mailbox. */
  readonly mailPort: number
  readonly dataDir: string
  readonly publicUrl: string | undefined
  /** Another X instead of the simulator. */
  readonly xApiUrl: string | undefined
  readonly eventSource: EventSource
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly consumerSecretPrevious: string | undefined
  /** Mail addresses of those who hear when something is wrong. */
  readonly administrators: readonly string[]
  /** From whom they hear. */
  readonly mailFrom: string
  readonly awsEndpoints: AwsEndpoints
}

/** What a channel subscribes to at X: the Account Activity API, or the X Activity API. */
export type EventSource = (typeof eventSources)[number]

const eventSources = ['account-activity', 'x-activity'] as const

/** Parts to use instead of the embedded ones. */
export type AwsEndpoints = {
  readonly dynamodb?: string | undefined
  readonly sqs?: string | undefined
  readonly s3?: string | undefined
  readonly ses?: string | undefined
}

/** Who hears and from whom where nobody says otherwise. */
export const mailDefaults = { administrators: ['admin@example.com'], mailFrom: 'helpdesk@example.com' } as const

/** Wrong input or a state that a person can mend: shown as its sentence, without a stack trace. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/**
 * The settings in an environment; an empty variable counts as not set.
 * @throws Refusal naming the variable that cannot be meant
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string) => environment[name]?.trim() || undefined
  return {
    port: readPort('PORT', read('PORT') ?? '3000'),
    xPort: readPort('X_PORT', read('X_PORT') ?? '3001'),
    mailPort: readPort('MAIL_PORT', read('MAIL_PORT') ?? '3002'),
    dataDir: resolve(read('DATA_DIR') ?? '.local'),
    publicUrl: readUrl('PUBLIC_URL', read('PUBLIC_URL')),
    xApiUrl: readUrl('X_API_URL', read('X_API_URL')),
    eventSource: readEventSource(read('EVENT_SOURCE') ?? 'account-activity'),
    consumerKey: read('X_CONSUMER_KEY') ?? 'local-consumer-key',
    consumerSecret: read('X_CONSUMER_SECRET') ?? 'local-consumer-secret',
    consumerSecretPrevious: read('X_CONSUMER_SECRET_PREVIOUS'),
    administrators: readAdministrators(read('ADMINISTRATORS')) ?? mailDefaults.administrators,
    mailFrom: readMailFrom(read('MAIL_FROM')) ?? mailDefaults.mailFrom,
    awsEndpoints: {
      dynamodb: readUrl('AWS_ENDPOINT_URL_DYNAMODB', read('AWS_ENDPOINT_URL_DYNAMODB')),
      sqs: readUrl('AWS_ENDPOINT_URL_SQS', read('AWS_ENDPOINT_URL_SQS')),
      s3: readUrl('AWS_ENDPOINT_URL_S3', read('AWS_ENDPOINT_URL_S3')),
      ses: readUrl('AWS_ENDPOINT_URL_SES', read('AWS_ENDPOINT_URL_SES')),
    },
  }
}

/**
 * The error of a server that could not listen, as a sentence where a person can mend it.
 * @param variable the one that sets the port
 */
export function portError(variable: string, port: number, error: unknown): unknown {
  const taken = `${variable} ${port} is in use by another process: end that one or set ${variable} to another number.`
  const denied = `${variable} ${port} may not be opened by this user: set ${variable} to a number from 1024 on.`
  const known = { EADDRINUSE: taken, EACCES: denied }[(error as { code?: string }).code ?? '']
  return known ? new Refusal(known) : error
}

function readEventSource(text: string): EventSource {
  const source = eventSources.find((one) => one === text)
  if (!source) throw new Refusal(`EVENT_SOURCE must be ${eventSources.join(' or ')}, not «${text}».`)
  return source
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) {
    throw new Refusal(`${name} must be a port from 0 (any free one) to 65535, not «${text}».`)
  }
  return port
}

/** An address alone, without a name, as the settings of a deployment have it. */
const isMailAddress = (text: string) => /^[^\s@,;<>*?$]+@[^\s@,;<>*?$]+$/.test(text)

function readAdministrators(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const addresses = text.split(',').map((one) => one.trim())
  if (!addresses.every(isMailAddress)) {
    throw new Refusal(`ADMINISTRATORS must be mail addresses, separated by commas, not «${text}».`)
  }
  return addresses
}

function readMailFrom(text: string | undefined): string | undefined {
  if (text === undefined || isMailAddress(text)) return text
  throw new Refusal(`MAIL_FROM must be a mail address, not «${text}».`)
}

function readUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Refusal(`${name} must be an http or https address, not «${text}».`)
  }
  return text.replace(/\/+$/, '')
}
