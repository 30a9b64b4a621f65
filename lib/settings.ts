import type { Node } from 'constructs'
import { isMailAddress } from '../lambdas/core/mail-address.ts'

/** What an installation decides for itself, given in `cdk.json` or with `-c NAME=VALUE`. */
export type Settings = {
  /** Also the beginning of every name in the account, so that two installations can stand side by side. */
  readonly stackName: string
  /** E-mail addresses that hear of alarms and of silent channels; may be empty. */
  readonly administrators: readonly string[]
  /** Where mails to the administrators come from. An identity of SES, so no two installations of a region share one. */
  readonly mailFrom: string
  /** First label of the host that issues tokens; undefined: made from the stack's name and the account. */
  readonly domainPrefix: string | undefined
  /** Where X's API is, without a slash at its end. */
  readonly xApiUrl: string
  /** Which of X's two ways of delivering a channel subscribes to; both are always understood. */
  readonly eventSource: EventSource
}

/** What stands for a setting that was left out. */
export const defaults = {
  stackName: 'HelpdeskTwitter',
  mailFrom: 'helpdesk@example.com',
  xApiUrl: 'https://api.x.com',
} as const

const eventSources = ['account-activity', 'x-activity'] as const
type EventSource = (typeof eventSources)[number]

/**
 * The settings in the context of an app.
 * @throws Error naming the setting that cannot be understood
 */
export function readSettings(node: Node): Settings {
  return {
    stackName: text(node, 'stackName') ?? defaults.stackName,
    administrators: addresses(node.tryGetContext('administrators')),
    mailFrom: address('mailFrom', text(node, 'mailFrom') ?? defaults.mailFrom),
    domainPrefix: text(node, 'domainPrefix'),
    xApiUrl: origin(node, 'xApiUrl') ?? defaults.xApiUrl,
    eventSource: eventSource(text(node, 'eventSource')),
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

function eventSource(value: string = eventSources[0]): EventSource {
  const found = eventSources.find((source) => source === value)
  if (found) return found
  throw new Error(`context eventSource: expected ${eventSources.join(' or ')}, got ${JSON.stringify(value)}`)
}

/** A list in `cdk.json`; the command line can give text only, so commas separate there. */
function addresses(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value ?? '']
  const found = list.map((item) => (typeof item === 'string' ? item.trim() : item)).filter((item) => item !== '')
  return found.map((item) => address('administrators', item))
}

function address(name: string, value: unknown): string {
  if (typeof value === 'string' && isMailAddress(value)) return value
  throw new Error(`context ${name}: ${JSON.stringify(value)} is not an e-mail address`)
}
