import { startUsedesk, type Usedesk, type UsedeskOptions } from '../../../local/usedesk/usedesk.ts'
import { type Served, served } from '../support.ts'

// biome-ignore lint/suspicious/noExplicitAny: the tests read JSON of any form
type Json = any

/** Starts what the tests of a file need; `stop` ends all of it. */
export function everything() {
  const parts: { stop(): Promise<void> }[] = []
  return {
    /** Usedesk without a pause between calls, unless it is asked for. */
    async usedesk(options: Partial<UsedeskOptions> = {}): Promise<Usedesk> {
      const usedesk = await startUsedesk({
        port: 0,
        onWarning: (sentence) => {
          throw new Error(sentence)
        },
        ...options,
      })
      usedesk.control.settings({ gapMs: 0 })
      parts.push(usedesk)
      return usedesk
    },
    /** What takes Usedesk's events. */
    async receiver(): Promise<Served & { readonly bodies: Json[]; status: number; gate: Promise<void> | undefined }> {
      const server = await served(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        receiver.bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        await receiver.gate
        response.writeHead(receiver.status).end()
      })
      const receiver = { ...server, bodies: [] as Json[], status: 200, gate: undefined as Promise<void> | undefined }
      parts.push(receiver)
      return receiver
    },
    stop: () => Promise.all(parts.splice(0).map((part) => part.stop())),
  }
}

/** Makes a call of the API with JSON. The token is right unless it is given. */
export async function call(usedesk: Usedesk, path: string, parameters: Record<string, unknown> = {}) {
  const response = await fetch(`${usedesk.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_token: usedesk.token, ...parameters }),
  })
  return { status: response.status, body: (await response.json()) as Json }
}

/** Makes a call of the API with files. */
export async function upload(
  usedesk: Usedesk,
  path: string,
  parameters: Record<string, string>,
  files: [string, File][],
) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ api_token: usedesk.token, ...parameters })) form.append(name, value)
  for (const [name, file] of files) form.append(name, file)
  const response = await fetch(`${usedesk.url}/${path}`, { method: 'POST', body: form })
  return (await response.json()) as Json
}

/** Opens a ticket of a customer and returns its id. */
export async function openTicket(usedesk: Usedesk, more: Record<string, unknown> = {}): Promise<number> {
  const { body } = await call(usedesk, 'create/ticket', {
    subject: 'Where is my order?',
    message: 'Where is my order?',
    client_id: 'new_client',
    client_name: 'Mia Kurz',
    from: 'client',
    ...more,
  })
  if (typeof body.ticket_id !== 'number') throw new Error(`No ticket: ${JSON.stringify(body)}`)
  return body.ticket_id
}

/** A control call. */
export async function control(usedesk: Usedesk, method: string, path: string, body?: unknown) {
  const response = await fetch(`${usedesk.url}/_usedesk/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as Json }
}
