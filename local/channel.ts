import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createChannelStore } from '../lambdas/adapters/dynamodb/channels.ts'
import { readAddresses } from './addresses.ts'
import { databaseClient } from './aws/table.ts'
import { readSettings } from './settings.ts'
import { UserError } from './user-error.ts'

const usage = `Connects X accounts to the helpdesk that runs on this machine, without signing in to X:
  npm run channel -- add USER_ID USERNAME [NAME]
  npm run channel -- list`

/** A parsed command line. */
export type ChannelCommand =
  | { readonly do: 'add'; readonly twitterUserId: string; readonly username: string; readonly name?: string }
  | { readonly do: 'list' }

/**
 * Parses the arguments after `npm run channel --`.
 * @throws UserError naming the invalid argument
 */
export function readCommand([command, ...values]: readonly string[]): ChannelCommand {
  if (command === 'list' && values.length === 0) return { do: 'list' }
  if (command !== 'add') throw new UserError(usage)
  const [twitterUserId = '', username = '', name, ...more] = values
  if (!/^\d{1,19}$/.test(twitterUserId)) {
    throw new UserError(`USER_ID must be the account's number, 1 to 19 digits, not «${twitterUserId}».`)
  }
  if (!/^[A-Za-z0-9_]{1,15}$/.test(username)) {
    throw new UserError(`USERNAME must be 1 to 15 letters, digits or underscores, without an @, not «${username}».`)
  }
  if (name !== undefined && (name.trim() === '' || name.length > 255))
    throw new UserError('NAME must have 1 to 255 characters.')
  if (more.length > 0) throw new UserError(`NAME must be one argument: put «${[name, ...more].join(' ')}» in quotes.`)
  return { do: 'add', twitterUserId, username, ...(name !== undefined && { name }) }
}

/** Runs a command on the running stack and returns the text to print. */
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
    console.error(error instanceof UserError ? error.message : error)
    process.exitCode = 1
  }
}
