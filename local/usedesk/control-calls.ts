import * as z from 'zod'
import { ControlError, done, read } from '../x-simulator/control-input.ts'
import type { Answer } from '../x-simulator/http.ts'
import { callNames } from './calls.ts'
import type { Control } from './control.ts'
import { type StatusId, statusIds } from './state.ts'

const file = z
  .strictObject({ name: z.string().min(1), contentType: z.string(), base64: z.base64() })
  .transform(({ base64, ...rest }) => ({ ...rest, bytes: Buffer.from(base64, 'base64') }))

const bodies = {
  comment: z.strictObject({
    ticketId: z.int(),
    text: z.string().trim().min(1),
    type: z.enum(['public', 'private']),
    files: z.array(file).optional(),
  }),
  change: z.strictObject({
    status: z
      .int()
      .refine((id) => statusIds.includes(id as StatusId), 'is none of the statuses 1 to 10')
      .transform((id) => id as StatusId)
      .optional(),
    tags: z.array(z.string().trim().min(1)).optional(),
  }),
  fault: z.strictObject({
    call: z.enum(callNames).optional(),
    kind: z.enum(['fail', 'error', 'slow', 'lost']),
    status: z.int().min(400).max(599).optional(),
    delayMs: z.int().min(0).optional(),
    times: z.int().min(1).optional(),
  }),
  settings: z.strictObject({
    redirectUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .exactOptional(),
    secretIs: z.enum(['token', 'app-id']).exactOptional(),
    callsPerMinute: z.int().min(1).exactOptional(),
    gapMs: z.int().min(0).exactOptional(),
    limitAnswer: z.enum(['status', 'error']).exactOptional(),
    tagUpdates: z.enum(['add', 'replace']).exactOptional(),
    additionalIdInLists: z.boolean().exactOptional(),
  }),
}

type Handle = (control: Control, call: { readonly body: Buffer }, id: string) => unknown

/** The control calls by method and path. The result is the body of a 200. README.md lists them. */
const handles: Readonly<Record<string, Handle>> = {
  'GET /_usedesk/tickets': (control) => ({ tickets: control.tickets() }),
  'GET /_usedesk/calls': (control) => ({ calls: control.calls() }),
  'GET /_usedesk/violations': (control) => ({ violations: control.violations() }),
  'GET /_usedesk/deliveries': (control) => ({ deliveries: control.deliveries() }),
  'POST /_usedesk/deliveries/:id': (control, _call, id) => done(control.redeliver(id)),
  'POST /_usedesk/comments': (control, call) => control.comment(read(bodies.comment, call)),
  'PATCH /_usedesk/tickets/:id': (control, call, id) => done(control.change(Number(id), read(bodies.change, call))),
  'GET /_usedesk/settings': (control) => control.settings({}),
  'POST /_usedesk/settings': (control, call) => control.settings(read(bodies.settings, call)),
  'GET /_usedesk/faults': (control) => ({ faults: control.faults() }),
  'POST /_usedesk/faults': (control, call) => done(control.fault(read(bodies.fault, call))),
  'DELETE /_usedesk/faults': (control) => done(control.clearFaults()),
}

/** Answers a control call. An invalid input gets a 400 that names what is wrong. */
export async function answerControl(
  control: Control,
  method: string | undefined,
  path: string,
  body: Buffer,
): Promise<Answer> {
  const [, stem = path, id = ''] = /^(\/_usedesk\/[\w-]+)\/([\w-]+)$/.exec(path) ?? []
  const handle = handles[`${method} ${id === '' ? path : `${stem}/:id`}`]
  if (!handle) return { status: 404, body: { error: `There is no ${method} ${path}.`, calls: Object.keys(handles) } }
  try {
    return { status: 200, body: await handle(control, { body }, id) }
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { error: error.message } }
    throw error
  }
}
