import { UserError } from '../local/user-error.ts'
import type { Mend } from './command.ts'

/**
 * The body of a dead letter with fields replaced. All but the last step of a path must be there.
 * @throws UserError that names the field, never its value
 */
export function mended(body: string, mends: readonly Mend[]): string {
  return mends.reduce(
    (text, mend) => (mend.path.length === 0 ? JSON.stringify(mend.value) : replaced(text, mend)),
    body,
  )
}

function replaced(body: string, { id, path, value }: Mend): string {
  const root = parsed(body, id)
  let parent: unknown = root
  for (const name of path.slice(0, -1)) parent = isHolder(parent) && Object.hasOwn(parent, name) ? parent[name] : null
  const last = path.at(-1) ?? ''
  if (!isHolder(parent) || last === '__proto__') {
    throw new UserError(`${id} has no field «${path.slice(0, -1).join('.')}» to set «${last}» in.`)
  }
  parent[last] = value
  return JSON.stringify(root)
}

function parsed(body: string, id: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new UserError(`${id} is not JSON, so no field of it can be set. Replace the whole body: --set ${id}:=JSON.`)
  }
}

/** True for an object or a list. */
function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
