import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createChannelStore } from '../lambdas/adapters/dynamodb/channels.ts'
import { readAddresses } from './addresses.ts'
import { databaseClient } from './aws/table.ts'
import { Refusal, readSettings } from './settings.ts'

const usage = `Connects X accounts to the helpdesk that runs on this machine, by hand:
  npm run channel -- add USER_ID USERNAME [NAME]
  npm run channel -- list`

/** What was asked for on the command line. */
export type ChannelCommand =
  | { readonly do: 'add'; readonly twitterUserId: string; readonly username: string; readonly name?: string }
  | { readonly do: 'list' }

/**
 * Reads the words after `npm run channel --`.
 * @throws Refusal naming the argument that cannot be meant
 */
export function readCommand([command, ...values]: readonly string[]): ChannelCommand {
  if (command === 'list' && values.length === 0) return { do: 'list' }
  if (command !== 'add') throw new Refusal(usage)
  const [twitterUserId = '', username = '', name, ...more] = values
  if (!/^\d{1,19}$/.test(twitterUserId)) {
    throw new Refusal(`USER_ID must be the account's number, 1 to 19 digits, not «${twitterUserId}».`)
  }
  if (!/^[A-Za-z0-9_]{1,15}$/.test(username)) {
    throw new Refusal(`USERNAME must be 1 to 15 letters, digits or underscores, without an @, not «${username}».`)
  }
  if (name !== undefined && (name.trim() === '' || name.length > 255))
    throw new Refusal('NAME must have 1 to 255 characters.')
  if (more.length > 0) throw new Refusal(`NAME must be one argument: put «${[name, ...more].join(' ')}» in quotes.`)
  return { do: 'add', twitterUserId, username, ...(name !== undefined && { name }) }
}

/** Does it on the stack that runs, and returns what to print. */
export async function runCommand(command: ChannelCommand, dataDir: string, now: Date): Promise<string> {
  const { endpoints, tableName } = readAddresses(dataDir)
  const client = databaseClient(endpoints.dynamodb)
  try {
    const channels = createChannelStore({ tableName, documents: DynamoDBDocumentClient.from(client) })
    if (command.do === 'add') {
      const { do: _, ...account } = command
      const channel = await channels.connect({ ...account, at: now.toISOString() })
      return `Connected:\n${JSON.stringify(channel, null, 2)}`
    }
    const all = await channels.list()
    return all.length > 0 ? JSON.stringify(all, null, 2) : 'No channel is connected.'
  } finally {
    client.destroy()
  }
}

if (import.meta.main) {
  try {
    const command = readCommand(process.argv.slice(2))
    console.log(await runCommand(command, readSettings(process.env).dataDir, new Date()))
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error)
    process.exitCode = 1
  }
}
