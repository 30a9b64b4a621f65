/** An error that the person at the keyboard can fix. Shown as one sentence, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/**
 * Turns the error of a server that cannot listen into a UserError, where a person can fix it.
 * @param variable the environment variable that sets the port
 */
export function portError(variable: string, port: number, error: unknown): unknown {
  const taken = `${variable} ${port} is in use by another process. Stop that process, or set ${variable} to another number.`
  const denied = `This user may not open ${variable} ${port}. Set ${variable} to 1024 or more.`
  const known = { EADDRINUSE: taken, EACCES: denied }[(error as { code?: string }).code ?? '']
  return known ? new UserError(known) : error
}
