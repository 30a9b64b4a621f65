import { parseArgs } from 'node:util'
import { UserError } from '../local/user-error.ts'

const usage = `Says how far the setup is, and what to do. It asks X and AWS, and changes nothing:
  npm run doctor                        of the product that runs on this machine, with the data of DATA_DIR
  npm run doctor -- --stack NAME        in AWS, of this stack
It exits with 0 if nothing is missing, with 1 if something is, with 2 if something is not known.`

/**
 * The stack that the arguments name; undefined for this machine.
 * @throws UserError that names the wrong argument
 */
export function stackIn(args: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { stack: { type: 'string' } } })
    if (values.stack === '') throw new Error('--stack needs the name of a stack.')
    return values.stack
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}
