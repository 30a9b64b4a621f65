import { parseArgs } from 'node:util'
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { changeFrom } from '../lambdas/adapters/dynamodb/changes.ts'
import { openStores } from '../lambdas/runtime/stores.ts'
import { createIndexing } from '../lambdas/use-cases/index-words.ts'
import { readAddresses } from '../local/addresses.ts'
import { databaseClient, sharedTable } from '../local/aws/table.ts'
import { readSettings } from '../local/settings.ts'
import { UserError } from '../local/user-error.ts'

const usage = `Writes the index of words by which tickets are found, of all that is stored:
  npm run index-words                    on this machine, of DATA_DIR
  npm run index-words -- --table NAME    in AWS: the output TableName of the stack
      --remove                           removes the index instead, after «search» was switched off`

/** The beginning of the partitions of words. */
const WORD = 'WORD#'

/**
 * Reads a whole table and writes the words of all messages and names, or removes all words. Doing it again, or while
 * messages come, does no harm.
 * @param say called with a line now and then
 * @returns how many items were read
 */
export async function indexWords(
  client: DynamoDBClient,
  tableName: string,
  does: 'add' | 'remove',
  say: (text: string) => void,
): Promise<number> {
  const stores = openStores({ ...sharedTable, tableName }, () => new Date(), client)
  const index = createIndexing(stores)
  let read = 0
  let start: Record<string, AttributeValue> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        Limit: ITEMS_AT_A_TIME,
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    if (does === 'add') {
      await index(
        Items.filter((item) => !isWord(item)).flatMap((NewImage) => changeFrom({ dynamodb: { NewImage } }) ?? []),
      )
    } else {
      const entries = Items.filter(isWord).map(({ sk }) => {
        const [word = '', at = '', ticketId = '', of = ''] = String(sk?.S).split('#')
        return { word, at, ticketId, of, customerId: null }
      })
      await stores.words.write([], entries)
    }
    read += Items.length
    start = LastEvaluatedKey
    if (start && read % SAY_EVERY === 0) say(`${read} items read`)
  } while (start)
  return read
}

const ITEMS_AT_A_TIME = 500
const SAY_EVERY = 100 * ITEMS_AT_A_TIME

const isWord = ({ pk }: Record<string, AttributeValue>) => pk?.S?.startsWith(WORD) === true

/** @throws UserError with the usage */
function readCommand(args: readonly string[]): { table: string | undefined; remove: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { table: { type: 'string' }, remove: { type: 'boolean', default: false } },
    })
    return { table: values.table, remove: values.remove }
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}

if (import.meta.main) {
  try {
    const { table, remove } = readCommand(process.argv.slice(2))
    const local = table === undefined ? readAddresses(readSettings(process.env).dataDir) : null
    const client = local ? databaseClient(local.endpoints.dynamodb) : new DynamoDBClient({})
    const read = await indexWords(client, table ?? local?.tableName ?? '', remove ? 'remove' : 'add', console.log)
    console.log(`${remove ? 'Removed' : 'Written'}: the words of ${read} items.`)
    client.destroy()
  } catch (error) {
    // Errors of AWS say what is wrong in one line: no credentials, no region, no permission.
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
