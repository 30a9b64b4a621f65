import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { QueueName } from '../lambdas/runtime/resources.ts'
import { readFileIfAny, writePrivateFile } from './files.ts'
import { isLocked } from './lock.ts'
import { Refusal } from './settings.ts'

/** Where a running stack's parts listen: written under its data folder for commands beside it. */
export type Addresses = {
  readonly url: string
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string; readonly s3: string; readonly ses: string }
  readonly tableName: string
  readonly queueUrls: Readonly<Record<QueueName, string>>
  /** The X simulator, where it is the X of this stack. */
  readonly x?: { readonly url: string }
  /** The mailbox, where it is the SES of this stack: a page to look at, and JSON at `/store`. */
  readonly mail?: { readonly url: string }
}

const pathIn = (dataDir: string) => join(dataDir, 'addresses.json')

/** Tells commands beside the stack where its parts are. */
export function writeAddresses(dataDir: string, addresses: Addresses): void {
  writePrivateFile(pathIn(dataDir), `${JSON.stringify(addresses, null, 2)}\n`)
}

/** Takes the addresses back when the stack ends. */
export function removeAddresses(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true })
}

/**
 * The addresses of the stack that runs on a data folder.
 * @throws Refusal when none runs there; what a killed one left behind does not count
 */
export function readAddresses(dataDir: string): Addresses {
  const text = readFileIfAny(pathIn(dataDir))
  if (text === undefined || !isLocked(dataDir)) {
    throw new Refusal(`Nothing runs on DATA_DIR ${dataDir}: start it with «npm start» and try again.`)
  }
  return JSON.parse(text) as Addresses
}
