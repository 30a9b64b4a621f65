import type { Node } from 'constructs'

/** What an installation decides for itself, given in `cdk.json` or with `-c NAME=VALUE`. */
export type Settings = {
  /** Also the beginning of every name in the account, so that two installations can stand side by side. */
  readonly stackName: string
  /** E-mail addresses that hear of alarms; may be empty. */
  readonly administrators: readonly string[]
  /** First label of the host that issues tokens; undefined: made from the stack's name and the account. */
  readonly domainPrefix: string | undefined
}

/**
 * The settings in the context of an app.
 * @throws Error naming the setting that cannot be understood
 */
export function readSettings(node: Node): Settings {
  return {
    stackName: text(node, 'stackName') ?? 'HelpdeskTwitter',
    administrators: addresses(node.tryGetContext('administrators')),
    domainPrefix: text(node, 'domainPrefix'),
  }
}

function text(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name)
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw new Error(`context ${name}: expected text, got ${JSON.stringify(value)}`)
  return value
}

/** A list in `cdk.json`; the command line can give text only, so commas separate there. */
function addresses(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value ?? '']
  const found = list.map((item) => (typeof item === 'string' ? item.trim() : item)).filter((item) => item !== '')
  return found.map((item) => {
    if (typeof item === 'string' && /^[^\s@]+@[^\s@]+$/.test(item)) return item
    throw new Error(`context administrators: ${JSON.stringify(item)} is not an e-mail address`)
  })
}
