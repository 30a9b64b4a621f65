import { GetQueueUrlCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs'
import type { QueueName } from '../lambdas/runtime/resources.ts'
import { readAddresses } from '../local/addresses.ts'
import { queueClient } from '../local/aws/queues.ts'
import { readSettings } from '../local/settings.ts'
import { UserError } from '../local/user-error.ts'
import { everyId, type RedriveCommand, readCommand } from './command.ts'
import { type DeadLetter, type DeadLetters, deadLettersOf, type QueuePair } from './dead-letters.ts'
import { mended } from './mend.ts'
import { shown } from './shown.ts'

/**
 * Runs a command on dead letters and tells each step in a line. Whatever stops it, nothing is lost: what it has not sent
 * or dropped is still there.
 * @param say called with each line or block
 * @throws UserError when an id is not there or a field cannot be set; nothing is sent or dropped then
 */
export async function redrive(
  command: Pick<RedriveCommand, 'do' | 'withText' | 'mends' | 'drops' | 'only'>,
  letters: DeadLetters,
  say: (text: string) => void,
): Promise<void> {
  const held = new Set<DeadLetter>()
  const take = async () => {
    const taken = await letters.take()
    for (const letter of taken) held.add(letter)
    return taken
  }
  try {
    let round = await take()
    if (round.length === 0) return say(await whyNone(letters))
    if (command.do === 'show') return say(await listed(round, letters, command.withText))
    const steps = stepsFor(command, round)
    const goesOn = command.do === 'send' && command.only.length === 0
    // What failed again meanwhile is left: else a command could go round for ever.
    const resent = new Set<string>()
    const isOld = ({ id }: DeadLetter) => !resent.has(id)
    for (; round.some(isOld); round = goesOn ? await take() : []) {
      for (const letter of round.filter(isOld)) {
        const step = steps(letter)
        if (step === 'drop') await letters.remove(letter)
        else if (step !== null) resent.add(await letters.sendBack(letter, step))
        else continue
        held.delete(letter)
        if (step === 'drop') say(`Dropped for good: ${shown(letter, command.withText)}`)
      }
    }
    const { size: sent } = resent
    say(`Sent back: ${sent}. Left here: ${await letters.count()}.${sent > 0 ? ` ${afterwards}` : ''}`)
  } finally {
    // The first of a group last: SQS shows none of a group while an earlier one is held.
    for (const letter of [...held].reverse()) await letters.putBack(letter)
  }
}

const afterwards = 'Look again in 30 minutes: what fails once more comes back after 22 minutes.'

async function whyNone(letters: DeadLetters): Promise<string> {
  const count = await letters.count()
  return count === 0
    ? 'There are no dead letters.'
    : `${count} dead letters are held by somebody who looks at them. Try again in 5 minutes.`
}

async function listed(round: readonly DeadLetter[], letters: DeadLetters, withText: boolean): Promise<string> {
  const count = await letters.count()
  const blocks = round.map((letter) => shown(letter, withText))
  const hidden =
    count > round.length
      ? ' SQS shows only the first ones of each person or ticket; «send» sends those behind them too.'
      : ''
  return [...blocks, `${round.length} of ${count} dead letters.${hidden}`].join('\n\n')
}

/**
 * What becomes of each: the body to send, «drop», or null for nothing.
 * @param seen what is there; every id of the command must be among them
 */
function stepsFor({ do: verb, mends, drops, only }: Parameters<typeof redrive>[0], seen: readonly DeadLetter[]) {
  const named = [...mends.map(({ id }) => id).filter((id) => id !== everyId), ...drops, ...only]
  const unknown = named.filter((id) => !seen.some((letter) => letter.id === id))
  if (unknown.length > 0) throw new UserError(`No dead letter ${unknown.join(', ')}. Nothing was sent or dropped.`)
  const bodyOf = ({ id, body }: DeadLetter) =>
    mended(
      body,
      mends.filter((mend) => mend.id === id || mend.id === everyId),
    )
  // A field that cannot be set stops the command before it has done anything.
  for (const letter of seen) bodyOf(letter)
  return (letter: DeadLetter) => {
    if (drops.includes(letter.id)) return 'drop'
    const isSent = verb === 'send' && (only.length === 0 || only.includes(letter.id))
    return isSent ? bodyOf(letter) : null
  }
}

/** The client and the addresses of a queue: in AWS by the names of the stack, on this machine by its data folder. */
async function placeOf({ queue, stack }: RedriveCommand): Promise<{ client: SQSClient; pair: QueuePair }> {
  if (stack === undefined) {
    const { endpoints, queueUrls, deadLetterUrls } = readAddresses(readSettings(process.env).dataDir)
    return {
      client: queueClient(endpoints.sqs),
      pair: { url: queueUrls[queue], deadLettersUrl: deadLetterUrls[queue] },
    }
  }
  const client = new SQSClient({})
  const [url, deadLettersUrl] = await Promise.all([
    addressOf(client, stack, queue),
    addressOf(client, stack, `${queue}-dead-letters`),
  ])
  return { client, pair: { url, deadLettersUrl } }
}

async function addressOf(client: SQSClient, stack: string, queue: QueueName | `${QueueName}-dead-letters`) {
  const name = `${stack}-${queue}.fifo`
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }))
    if (QueueUrl) return QueueUrl
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error
  }
  throw new UserError(
    `No queue ${name} in this account and region. --stack is the name of the stack in CloudFormation.`,
  )
}

if (import.meta.main) {
  try {
    const command = readCommand(process.argv.slice(2))
    const { client, pair } = await placeOf(command)
    await redrive(command, deadLettersOf(client, pair), console.log)
  } catch (error) {
    // Errors of AWS say what is wrong in one line: no credentials, no region, no permission.
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
