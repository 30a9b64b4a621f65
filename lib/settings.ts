import type { Node } from 'constructs'
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
  originSecretSteps,
  queueConcurrency,
  type SearchSetting,
  searchSettings,
  tablePartitions,
} from '../lambdas/runtime/resources.ts'

/** Machines that may get a token: the helpdesk works on tickets, the administration client may do everything. */
export const machineClients = ['helpdesk', 'admin'] as const
export type MachineClient = (typeof machineClients)[number]

export const mailIdentities = ['new', 'existing'] as const
export type MailIdentity = (typeof mailIdentities)[number]

/** The settings of one installation, from the context in `cdk.json` or `-c NAME=VALUE`. */
export type Settings = {
  /** Prefix of every resource name, so two installations fit into one account. */
  readonly stackName: string
  /** Mail addresses that receive alarms and the product's mails; may be empty. */
  readonly administrators: readonly string[]
  /** Sender of mails to administrators: an SES identity, so two installations in a region need two addresses. */
  readonly mailFrom: string
  /** Whether the sender is made an identity of SES, or SES knows the address or its domain already. */
  readonly mailIdentity: MailIdentity
  /** First label of the sign-in domain; undefined: stack name and account number. */
  readonly domainPrefix: string | undefined
  /** Origin of X's API, without a trailing slash. */
  readonly xApiUrl: string
  /** The event system of X that channels subscribe to. The webhook understands both, whatever this says. */
  readonly eventSource: EventSource
  /** Whole minutes between two polls of the mentions, 1 to 60. */
  readonly mentionsPollMinutes: number
  /** Whole hours for which the content of what was deleted on X is kept, 0 to 720. */
  readonly deletionHoldHours: number
  /** What may be looked up at X, and downloaded, because of one customer in a UTC day; 0: nothing. */
  readonly lookupsPerCustomer: number
  readonly megabytesPerCustomer: number
  /** How many batches of each queue are processed at once, at most: 2 to 1000. */
  readonly queueConcurrency: number
  /** Partitions of each list in the table, 4 to 64. May only be raised. */
  readonly tablePartitions: number
  /** Whether tickets are found by their words; `off`: no index of words is written. */
  readonly search: SearchSetting
  /** Whole days for which the audit trail is kept, 1 to 3650. */
  readonly auditDays: number
  /** The machine clients of the user pool; may be none. Cognito takes $6 a month for each. */
  readonly machineClients: readonly MachineClient[]
  /** How often the secret between CloudFront and the functions was changed, three steps a change; from 1. */
  readonly originSecretStep: number
  /** Concurrent executions that only the webhook may use, and all that it may use; 0: it shares those of the account. */
  readonly webhookReserved: number
  /** Requests of one address in five minutes from which the firewall refuses it; 0: there is no firewall. */
  readonly firewallRequests: number
  /** The ARN of the firewall in us-east-1 that guards the distribution; undefined: none. */
  readonly firewallArn: string | undefined
  /** Where Usedesk's API is, without a trailing slash; undefined: Usedesk is not switched on. */
  readonly usedeskApiUrl: string | undefined
  /** Origins whose pages may call the API, besides the console's own; none by default. */
  readonly corsOrigins: readonly string[]
  /** What is there already and used instead of being made: of a stack that was deleted, or restored from a backup. */
  readonly adopted: Adopted
}

/** Names and ARNs of what an installation adopts; undefined: the stack makes its own. */
export type Adopted = {
  readonly tableName?: string | undefined
  /** Of the stream of that table. */
  readonly tableStreamArn?: string | undefined
  readonly mediaBucketName?: string | undefined
  readonly xSecretsArn?: string | undefined
  readonly tokensKeyArn?: string | undefined
}

/** The forms of names and ARNs, as AWS defines them. */
const adoptable = {
  tableName: /^[\w.-]{3,255}$/,
  tableStreamArn: /^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\w:.-]+$/,
  mediaBucketName: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  xSecretsArn: /^arn:aws:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/,
  tokensKeyArn: /^arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
} as const satisfies Record<keyof Adopted, RegExp>

/** Defaults of settings that are not given. */
export const defaults = {
  stackName: 'HelpdeskTwitter',
  mailFrom: 'helpdesk@example.com',
  mailIdentity: 'new',
  xApiUrl: 'https://api.x.com',
  eventSource: 'x-activity',
  mentionsPollMinutes: mentionsPollMinutes.default,
  deletionHoldHours: deletionHoldHours.default,
  lookupsPerCustomer: lookupsPerCustomer.default,
  megabytesPerCustomer: megabytesPerCustomer.default,
  queueConcurrency: queueConcurrency.default,
  tablePartitions: tablePartitions.default,
  search: 'on',
  auditDays: auditDays.default,
  machineClients: ['helpdesk'],
} as const satisfies Partial<Settings>

/**
 * Reads the settings from the context of an app.
 * @throws Error that names the invalid setting
 */
export function readSettings(node: Node): Settings {
  const stackName = text(node, 'stackName') ?? defaults.stackName
  return {
    stackName,
    administrators: addresses(node.tryGetContext('administrators')),
    mailFrom: address('mailFrom', text(node, 'mailFrom') ?? defaults.mailFrom),
    mailIdentity: oneOf(mailIdentities, 'mailIdentity', text(node, 'mailIdentity') ?? defaults.mailIdentity),
    domainPrefix: domainPrefix(text(node, 'domainPrefix'), stackName),
    xApiUrl: origin(node, 'xApiUrl') ?? defaults.xApiUrl,
    eventSource: oneOf(eventSources, 'eventSource', text(node, 'eventSource') ?? defaults.eventSource),
    mentionsPollMinutes: wholeNumber(node, 'mentionsPollMinutes', mentionsPollMinutes),
    deletionHoldHours: wholeNumber(node, 'deletionHoldHours', deletionHoldHours),
    lookupsPerCustomer: wholeNumber(node, 'lookupsPerCustomer', lookupsPerCustomer),
    megabytesPerCustomer: wholeNumber(node, 'megabytesPerCustomer', megabytesPerCustomer),
    queueConcurrency: wholeNumber(node, 'queueConcurrency', queueConcurrency),
    tablePartitions: wholeNumber(node, 'tablePartitions', tablePartitions),
    search: oneOf(searchSettings, 'search', text(node, 'search') ?? defaults.search),
    auditDays: wholeNumber(node, 'auditDays', auditDays),
    machineClients: clients(node.tryGetContext('machineClients')),
    originSecretStep: wholeNumber(node, 'originSecretStep', originSecretSteps),
    webhookReserved: wholeNumber(node, 'webhookReserved', { default: 0, min: 0, max: 100_000 }),
    firewallRequests: firewallRequests(node),
    firewallArn: firewallArn(node),
    usedeskApiUrl: usedeskApiUrl(node),
    corsOrigins: corsOrigins(node.tryGetContext('corsOrigins')),
    adopted: adoptedIn(node),
  }
}

function text(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name)
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw new Error(`context ${name}: expected text, got ${JSON.stringify(value)}`)
  return value
}

function origin(node: Node, name: string): string | undefined {
  const value = text(node, name)
  if (value === undefined || /^https:\/\/[^\s/?#@]+$/.test(value)) return value
  throw new Error(`context ${name}: expected https://HOST without a path, got ${JSON.stringify(value)}`)
}

/** On its international and its own servers, Usedesk's API has a path. */
function usedeskApiUrl(node: Node): string | undefined {
  const value = text(node, 'usedeskApiUrl')
  if (value === undefined || /^https:\/\/[^\s/?#@]+(\/[\w.-]+)*$/.test(value)) return value
  throw new Error(
    `context usedeskApiUrl: expected https://HOST or https://HOST/PATH, such as https://api.usedesk.ru, got ${JSON.stringify(value)}`,
  )
}

/**
 * Cognito's rule for the first label of a sign-in domain:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
 */
const DOMAIN_PREFIX = /^(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const prefixRule =
  'Cognito takes 1 to 63 small letters, digits and hyphens, no hyphen at an end, and not the words aws, amazon, cognito'

/** Checks the prefix, given or not: Cognito would refuse it in the middle of a deployment. */
function domainPrefix(given: string | undefined, stackName: string): string | undefined {
  if (given !== undefined && !DOMAIN_PREFIX.test(given)) {
    throw new Error(`context domainPrefix: ${JSON.stringify(given)} cannot begin a sign-in domain: ${prefixRule}`)
  }
  const made = `${stackName.toLowerCase()}-${'0'.repeat(12)}`
  if (given === undefined && !DOMAIN_PREFIX.test(made)) {
    throw new Error(
      `context stackName: ${JSON.stringify(stackName)} and the account number make no sign-in domain; set domainPrefix. ${prefixRule}`,
    )
  }
  return given
}

function oneOf<T extends string>(known: readonly T[], name: string, value: string): T {
  const found = known.find((one) => one === value)
  if (found) return found
  throw new Error(`context ${name}: expected ${known.join(' or ')}, got ${JSON.stringify(value)}`)
}

/** AWS allows no fewer: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html */
const firewallRange = { default: 0, min: 100, max: 2_000_000_000 }

function firewallRequests(node: Node): number {
  const value: unknown = node.tryGetContext('firewallRequests')
  return value === 0 || value === '0' ? 0 : wholeNumber(node, 'firewallRequests', firewallRange)
}

function firewallArn(node: Node): string | undefined {
  const value = text(node, 'firewallArn')
  if (value === undefined || /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/.test(value)) return value
  throw new Error(
    `context firewallArn: ${JSON.stringify(value)} is not the ARN of a web ACL for CloudFront, which lies in us-east-1`,
  )
}

function adoptedIn(node: Node): Adopted {
  const names = Object.keys(adoptable) as (keyof Adopted)[]
  const adopted: Adopted = Object.fromEntries(
    names.map((name) => {
      const value = text(node, name)
      if (value === undefined || adoptable[name].test(value)) return [name, value]
      throw new Error(
        `context ${name}: ${JSON.stringify(value)} is not ${name.endsWith('Arn') ? 'its ARN' : 'a name'} in AWS`,
      )
    }),
  )
  const { tableName, tableStreamArn } = adopted
  if (tableStreamArn?.split('/')[1] === tableName) return adopted
  throw new Error(
    'context tableStreamArn: a table that is adopted needs the ARN of its stream, and no other; see docs/runbook.md',
  )
}

/** The whole numbers that a setting may have. `isOnlyRaised`: never fewer than the installation had before. */
type Range = { readonly default: number; readonly min: number; readonly max: number; readonly isOnlyRaised?: boolean }

/** A number in `cdk.json`; text on the command line. */
function wholeNumber(node: Node, name: string, range: Range): number {
  const value: unknown = node.tryGetContext(name)
  if (value === undefined || value === '') return range.default
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && isInRange(number, range)) return number
  const never = range.isOnlyRaised ? ', never fewer than before' : ''
  throw new Error(
    `context ${name}: expected a whole number from ${range.min} to ${range.max}${never}, got ${JSON.stringify(value)}`,
  )
}

function addresses(value: unknown): string[] {
  return itemsIn(value).map((item) => address('administrators', item))
}

/** An empty list is none; left out is the default. */
function clients(value: unknown): readonly MachineClient[] {
  if (value === undefined) return defaults.machineClients
  const asked = itemsIn(value)
  const unknown = asked.find((item) => !machineClients.some((name) => name === item))
  if (unknown !== undefined) {
    const known = machineClients.join(', ')
    throw new Error(`context machineClients: expected a list of ${known}, got ${JSON.stringify(unknown)}`)
  }
  return machineClients.filter((name) => asked.includes(name))
}

/** A list in `cdk.json`; text with commas on the command line, which has no lists. Without empty items. */
function itemsIn(value: unknown): unknown[] {
  const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value ?? '']
  return list.map((item) => (typeof item === 'string' ? item.trim() : item)).filter((item) => item !== '')
}

/** `*` is none: every page of the web could try what a token permits. */
function corsOrigins(value: unknown): string[] {
  return itemsIn(value).map((item) => {
    if (typeof item === 'string' && isCorsOrigin(item)) return item
    throw new Error(`context corsOrigins: expected https://HOST without a path, got ${JSON.stringify(item)}`)
  })
}

function address(name: string, value: unknown): string {
  if (typeof value === 'string' && isMailAddress(value)) return value
  throw new Error(`context ${name}: ${JSON.stringify(value)} is not an e-mail address`)
}
