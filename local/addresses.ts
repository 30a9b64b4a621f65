import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { QueueName } from '../lambdas/runtime/resources.ts'
import { readFileIfAny, writePrivateFile } from './files.ts'
import { isLocked } from './lock.ts'
import { UserError } from './user-error.ts'

/** Where a running stack listens. Written to its data folder, so that other commands find it. */
export type Addresses = {
  readonly url: string
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string; readonly s3: string; readonly ses: string }
  readonly tableName: string
  /** The address under which X reaches the stack. */
  readonly publicUrl: string
  readonly xApiUrl: string
  readonly administrators: readonly string[]
  readonly mailFrom: string
  readonly queueUrls: Readonly<Record<QueueName, string>>
  readonly deadLetterUrls: Readonly<Record<QueueName, string>>
  /** The X simulator; missing when the stack uses another X. */
  readonly x?: { readonly url: string }
  /** The stand-in for Usedesk, and the token of its API; missing when it was not asked for. */
  readonly usedesk?: { readonly url: string; readonly token: string }
  /** The mailbox: a web page, and JSON at `/store`. Missing when the stack uses another SES. */
  readonly mail?: { readonly url: string }
}

const pathIn = (dataDir: string) => join(dataDir, 'addresses.json')

/** Writes the addresses to the data folder. */
export function writeAddresses(dataDir: string, addresses: Addresses): void {
  writePrivateFile(pathIn(dataDir), `${JSON.stringify(addresses, null, 2)}\n`)
}

/** Removes the addresses from the data folder. */
export function removeAddresses(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true })
}

/**
 * Reads the addresses of the stack that runs on a data folder.
 * @throws UserError when no stack runs there, even if a killed one left its addresses
 */
export function readAddresses(dataDir: string): Addresses {
  const text = readFileIfAny(pathIn(dataDir))
  if (text === undefined || !isLocked(dataDir)) {
    throw new UserError(`Nothing runs on DATA_DIR ${dataDir}. Run «npm start» first.`)
  }
  return JSON.parse(text) as Addresses
}
