import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** An AWS service that runs embedded on this machine. */
export type EmbeddedService = { readonly endpoint: string; stop(): Promise<void> }

/**
 * Closes connections from other machines to a port of this process, until `end` is called.
 * The embedded SQS and S3 listen on all interfaces and have no setting for that.
 */
export function refuseRemoteConnections(port: number): { end(): void } {
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort === port && !/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')) socket.destroy()
  }
  subscribe('net.server.socket', onSocket)
  return { end: () => void unsubscribe('net.server.socket', onSocket) }
}

/** False if a request came under a foreign name: that of a web page whose name was made to lead here (DNS rebinding). */
export function isOwnHost({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(headers.host ?? '')
}
