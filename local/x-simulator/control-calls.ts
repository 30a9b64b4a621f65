import * as z from 'zod'
import { chatCalls, chatSettings } from './chat/chat-calls.ts'
import type { Control, File } from './control.ts'
import { ControlError, done, read } from './control-input.ts'
import type { Answer, Call } from './http.ts'
import { defaultLimits, type LimitName } from './limits.ts'

const text = z.string()
const file = z
  .strictObject({ contentType: z.string().regex(/^(image|video)\/[\w.+-]+$/), base64: z.base64() })
  .transform(({ contentType, base64 }): File => ({ contentType, bytes: Buffer.from(base64, 'base64') }))
const milliseconds = z.int().min(0)
const limit = z.strictObject({ limit: z.int().min(0), windowSeconds: z.int().min(1) }).partial()
// The keys of an object literal, which TypeScript gives as plain texts.
const limitNames = Object.keys(defaultLimits()) as LimitName[]

const bodies = {
  user: z.strictObject({ id: text.optional(), username: text, name: text.optional() }),
  userChange: z
    .strictObject({
      username: text,
      name: text,
      acceptsMessages: z.boolean(),
      protected: z.boolean(),
      followers: z.array(text),
    })
    .partial(),
  post: z.strictObject({
    by: text,
    text: text.default(''),
    inReplyTo: text.optional(),
    quotes: text.optional(),
    media: z.array(file).max(4).optional(),
  }),
  message: z.strictObject({ from: text, to: text, text: text.default(''), media: file.optional() }),
  repost: z.strictObject({ by: text }),
  edit: z.strictObject({ text }),
  one: z.strictObject({ userId: text }),
  answer: z
    .strictObject({
      method: text.optional(),
      path: text.startsWith('/'),
      status: z.int().min(200).max(599).optional(),
      body: z.unknown().optional(),
      headers: z.record(text, text).optional(),
      times: z.int().min(1).optional(),
      take: z.boolean().optional(),
      delayMs: milliseconds.optional(),
      hang: z.boolean().optional(),
    })
    .refine(({ status, delayMs, hang }) => status !== undefined || delayMs !== undefined || hang, {
      message: 'status, delayMs or hang is needed',
    }),
  webhook: z.strictObject({ id: text.optional() }),
  count: z.strictObject({ count: z.int().min(1).max(200_000) }),
  drop: z
    .strictObject({
      count: z.int().min(0).optional(),
      until: z.literal('repaired').optional(),
      kinds: z.array(text).min(1).optional(),
    })
    .refine(({ count, until }) => (count === undefined) !== (until === undefined), {
      message: 'either count or until is needed',
    }),
  echoes: z.strictObject({ hold: z.boolean(), release: z.boolean(), delayMs: milliseconds }).partial(),
  clock: z.strictObject({ now: z.iso.datetime({ offset: true }).nullable() }),
  limits: z.partialRecord(z.enum(limitNames), limit),
  settings: z
    .strictObject({
      webhookLimit: z.int().min(0),
      subscriptionLimit: z.int().min(0),
      activitySubscriptionLimit: z.int().min(0),
      createAnswer: z.enum(['subscription', 'flat', 'list', 'empty']),
      duplicateStatus: z.literal([400, 409]),
      subscriptionDelaySeconds: z.int().min(0),
      revocationEvents: z.boolean(),
      revocationDeletes: z.boolean(),
      repliesToReplies: z.boolean(),
      eventLists: z.boolean(),
      eventNames: z.enum(['old', 'new']),
      answerNames: z.enum(['old', 'new', 'asked']),
      oldDialect: z.boolean(),
      webhookAnswers: z.enum(['old', 'new']),
      incompleteReplays: z.int().min(0),
      replayMissed: z.boolean(),
      replyRule: z.boolean(),
      approvedCallbacks: z.array(text).nullable(),
      ...chatSettings,
    })
    .partial(),
}

type Handle = (control: Control, call: Pick<Call, 'body'>, id: string) => unknown

/** The control calls by method and path. The result is the body of a 200. README.md lists them. */
const calls: Readonly<Record<string, Handle>> = {
  ...Object.fromEntries(
    Object.entries(chatCalls).map(([name, handle]): [string, Handle] => [
      name,
      (control, call, id) => handle(control.chat, call, id),
    ]),
  ),
  'GET /_x/users': (control) => ({ users: control.users() }),
  'POST /_x/users': (control, call) => control.addUser(read(bodies.user, call)),
  'PATCH /_x/users/:id': (control, call, id) => control.changeUser(id, given(read(bodies.userChange, call))),
  'POST /_x/tokens': (control, call) => control.token(read(bodies.one, call).userId),
  'POST /_x/revoke': (control, call) => done(control.revoke(read(bodies.one, call).userId)),
  'GET /_x/posts': (control) => ({ posts: control.posts() }),
  'POST /_x/posts': (control, call) => control.post(read(bodies.post, call)),
  'POST /_x/posts/:id/edit': (control, call, id) => control.editPost(id, read(bodies.edit, call).text),
  'POST /_x/posts/:id/repost': (control, call, id) => control.repost(id, read(bodies.repost, call).by),
  'DELETE /_x/posts/:id': (control, _call, id) => done(control.deletePost(id)),
  'GET /_x/direct-messages': (control) => ({ directMessages: control.directMessages() }),
  'POST /_x/direct-messages': (control, call) => control.directMessage(read(bodies.message, call)),
  'GET /_x/webhooks': (control) => {
    const { webhooks, subscriptions, activitySubscriptions } = control.state()
    return { webhooks, subscriptions, activitySubscriptions }
  },
  'POST /_x/foreign-subscriptions': (control, call) =>
    done(control.addForeignSubscriptions(read(bodies.count, call).count)),
  'POST /_x/webhooks/break': (control, call) => ({
    webhooks: control.breakWebhooks(read(bodies.webhook, call).id),
  }),
  'POST /_x/webhooks/repair': (control, call) => ({
    webhooks: control.repairWebhooks(read(bodies.webhook, call).id),
  }),
  'GET /_x/drop': (control) => ({ drop: control.state().drop }),
  'POST /_x/drop': (control, call) => ({ drop: control.drop(read(bodies.drop, call)) }),
  'POST /_x/challenges': async (control) => ({ faults: await control.challengeWebhooks() }),
  'GET /_x/deliveries': (control) => ({ deliveries: control.deliveries() }),
  'GET /_x/media': (control) => ({ media: control.state().media }),
  'GET /_x/calls': (control) => ({ calls: control.calls() }),
  'GET /_x/answers': (control) => ({ answers: control.answers() }),
  'POST /_x/answers': (control, call) => control.answer(read(bodies.answer, call)),
  'DELETE /_x/answers': (control) => done(control.clearAnswers()),
  'POST /_x/echoes': (control, call) => done(control.echoes(read(bodies.echoes, call))),
  'POST /_x/page-tokens/expire': (control) => done(control.expirePageTokens()),
  'POST /_x/clock': (control, call) => {
    const { now } = read(bodies.clock, call)
    return { now: control.clock(now === null ? null : new Date(now)) }
  },
  'GET /_x/settings': (control) => control.state().settings,
  'POST /_x/settings': (control, call) => control.settings(given(read(bodies.settings, call))),
  'POST /_x/limits': (control, call) => control.limits(given(read(bodies.limits, call))),
}

/** Answers a control call. An invalid input gets a 400 that names what is wrong. */
export async function answerControl(control: Control, call: Pick<Call, 'method' | 'path' | 'body'>): Promise<Answer> {
  const [, media] = /^\/_x\/media\/(\d+)$/.exec(call.path) ?? []
  if (media && call.method === 'GET') return mediaAnswer(control.media(media), media)
  const [, reader, sealed] = /^\/_x\/chat-media\/(\d+)\/(\w+)$/.exec(call.path) ?? []
  if (reader && sealed && call.method === 'GET') return mediaAnswer(control.chat.media(reader, sealed), sealed)
  const [, stem = call.path, id = '', rest = ''] = /^(\/_x\/[\w-]+)\/([\w@]+)(\/\w+)?$/.exec(call.path) ?? []
  const handle = calls[`${call.method} ${call.path}`] ?? calls[`${call.method} ${stem}/:id${rest}`]
  if (!handle) {
    const known = Object.keys(calls).concat('GET /_x/media/:id', 'GET /_x/chat-media/:user/:key')
    return { status: 404, body: { error: `There is no ${call.method} ${call.path}.`, calls: known } }
  }
  try {
    return { status: 200, body: await handle(control, call, id) }
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { error: error.message } }
    throw error
  }
}

function mediaAnswer(found: File | undefined, id: string): Answer {
  if (!found) return { status: 404, body: { error: `There is no media «${id}».` } }
  // Scripts in an attached file never run, also when somebody opens the file itself.
  const headers = {
    'content-type': found.contentType,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, body: found.bytes, headers }
}

/** Removes undefined fields, so that they overwrite nothing. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
