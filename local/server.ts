import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from './user-error.ts'

/** How long an idle connection stays open. */
const KEEP_ALIVE_MS = 10 * 60_000

/**
 * Makes a server listen on 127.0.0.1 and returns its port.
 * @param port 0 means any free port
 * @param variable the environment variable that sets the port, for the error
 * @throws UserError when the port is in use or this user may not open it
 */
export async function listen(server: Server, port: number, variable: string): Promise<number> {
  // As API Gateway does: a client that comes back after a pause must not meet a connection that is just being closed.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(variable, port, error)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Closes a server and all its connections. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Turns an error of `listen` into a UserError, where a person can fix it. */
function portError(variable: string, port: number, error: unknown): unknown {
  const taken = `${variable} ${port} is in use by another process. Stop that process, or set ${variable} to another number.`
  const denied = `This user may not open ${variable} ${port}. Set ${variable} to 1024 or more.`
  const known = { EADDRINUSE: taken, EACCES: denied }[(error as { code?: string }).code ?? '']
  return known ? new UserError(known) : error
}
