import { parseArgs } from 'node:util'
import { type QueueName, queues } from '../lambdas/runtime/resources.ts'
import { UserError } from '../local/user-error.ts'

const queueNames = Object.keys(queues) as QueueName[]

const usage = `Shows, mends and sends back the dead letters of a queue (${queueNames.join(', ')}):
  npm run redrive -- QUEUE                  what is there; of texts only their length
  npm run redrive -- QUEUE --text           the same with whole bodies, which hold texts of customers
  npm run redrive -- QUEUE send             sends all back, in order
      --set ID:FIELD=JSON                   replaces a field of one first, as in --set 'ID:item.text="Hello"';
                                            with «all» for ID, of each
      --drop ID                             deletes one instead
      --only ID                             sends this one and no other
  npm run redrive -- QUEUE drop --drop ID   deletes one and sends nothing
  --stack NAME                              in AWS, of this stack; else on this machine, of DATA_DIR`

/** A field of a dead letter to replace: its path in the JSON of the body, empty for the whole body. */
export type Mend = { readonly id: string; readonly path: readonly string[]; readonly value: unknown }

/** A parsed command line. `stack` is that of AWS; undefined: the product on this machine. */
export type RedriveCommand = {
  readonly queue: QueueName
  readonly stack: string | undefined
  readonly do: 'show' | 'send' | 'drop'
  /** Whether bodies are shown as they are. */
  readonly withText: boolean
  readonly mends: readonly Mend[]
  readonly drops: readonly string[]
  /** The ids of those to send; empty for all. */
  readonly only: readonly string[]
}

/** Stands for the id of each dead letter in a mend. */
export const everyId = 'all'

/**
 * Parses the arguments after `npm run redrive --`.
 * @throws UserError that names the wrong argument
 */
export function readCommand(args: readonly string[]): RedriveCommand {
  const { positionals, values } = parsed(args)
  const [name, verb = 'show', ...more] = positionals
  const queue = queueNames.find((one) => one === name)
  if (!queue) throw new UserError(name ? `No queue «${name}».\n${usage}` : usage)
  if (verb !== 'show' && verb !== 'send' && verb !== 'drop') throw new UserError(`No command «${verb}».\n${usage}`)
  if (more.length > 0) throw new UserError(`«${more.join(' ')}» is one argument too many.\n${usage}`)
  const { set = [], drop: drops = [], only = [], text: withText = false, stack } = values
  if (set.length > 0 && verb !== 'send') throw new UserError('--set goes with «send», which sends what it has mended.')
  if (only.length > 0 && verb !== 'send') throw new UserError('--only goes with «send».')
  if (drops.length > 0 && verb === 'show') throw new UserError('--drop goes with «send» or «drop».')
  if (drops.length === 0 && verb === 'drop') throw new UserError('Say which one to delete: drop --drop ID.')
  return { queue, stack, do: verb, withText, mends: set.map(mendIn), drops, only }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: 'string' },
        text: { type: 'boolean' },
        set: { type: 'string', multiple: true },
        drop: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
      },
    })
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}

function mendIn(text: string): Mend {
  const [, id = '', path = '', json = ''] = /^([\w-]+):([^=]*)=(.*)$/s.exec(text) ?? []
  if (id === '') throw new UserError(`--set must be ID:FIELD=JSON, not «${text}».`)
  try {
    return { id, path: path === '' ? [] : path.split('.'), value: JSON.parse(json) }
  } catch {
    throw new UserError(`The value of --set ${id}:${path} is not JSON. Put a text into quotes: '"${json}"'.`)
  }
}
