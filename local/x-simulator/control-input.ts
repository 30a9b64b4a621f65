import type * as z from 'zod'
import type { Call } from './http.ts'

/** An invalid input of a control call. The message is one sentence. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/**
 * Reads the body of a control call.
 * @throws ControlError that names what is wrong
 */
export function read<T>(schema: z.ZodType<T>, { body }: Pick<Call, 'body'>): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8') || '{}')
  } catch {
    throw new ControlError('The body is not JSON.')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  )
  throw new ControlError(faults.join('; '))
}

export const done = (_: unknown) => ({ done: true })
