import * as z from 'zod'
import { done, read } from '../control-input.ts'
import type { Call } from '../http.ts'
import type { ChatControl } from './chat-control.ts'
import { type FailureReason, failureReasons } from './chat-state.ts'

const text = z.string()
const file = z
  .strictObject({ contentType: z.string().regex(/^(image|video)\/[\w.+-]+$/), base64: z.base64() })
  .transform(({ contentType, base64 }) => ({ contentType, bytes: Buffer.from(base64, 'base64') }))

const bodies = {
  keys: z.strictObject({ user: text, pin: text.min(1).optional() }),
  message: z.strictObject({
    from: text,
    to: text,
    text: text.default(''),
    media: file.optional(),
    replyTo: text.optional(),
    group: z.array(text).optional(),
  }),
  edit: z.strictObject({ text: text.min(1) }),
  reaction: z.strictObject({ by: text, emoji: text.min(1), remove: z.boolean().optional() }),
  forgery: z.strictObject({
    from: text,
    to: text,
    kind: z.enum(['signature', 'broken']),
    text: text.optional(),
    size: z.int().min(1).max(8_000_000).optional(),
  }),
  keyChange: z.strictObject({ by: text, other: text }),
  failure: z.strictObject({
    // The keys of an object literal, which TypeScript gives as plain texts.
    reason: z.enum(Object.keys(failureReasons) as FailureReason[]),
    times: z.int().min(1).default(1),
  }),
  recovery: z.object({ token: text, pin: text }),
}

/** The settings that `POST /_x/settings` takes for encrypted conversations. */
export const chatSettings = {
  chatNeedsOAuth2: z.boolean(),
  chatKeyEvents: z.enum(['meta', 'inline']),
  chatKeyChanges: z.enum(['always', 'first', 'never']),
  chatRepeats: z.enum(['merge', 'refuse']),
  chatFailures: z.enum(['event', 'answer']),
  onlyEncrypted: z.boolean(),
  keyRecovery: z.boolean(),
}

type Handle = (chat: ChatControl, call: Pick<Call, 'body'>, id: string) => unknown

/** The control calls of encrypted conversations. README.md lists them. */
export const chatCalls: Readonly<Record<string, Handle>> = {
  'GET /_x/chat-messages': (chat) => ({ events: chat.events() }),
  'POST /_x/chat-messages': (chat, call) => chat.write(read(bodies.message, call)),
  'POST /_x/chat-messages/:id/edit': (chat, call, id) => chat.edit(id, read(bodies.edit, call).text),
  'POST /_x/chat-messages/:id/react': (chat, call, id) => {
    const { by, emoji, remove } = read(bodies.reaction, call)
    return chat.react(id, by, emoji, remove)
  },
  'POST /_x/chat-forgeries': (chat, call) => chat.forge(read(bodies.forgery, call)),
  'POST /_x/chat-failures': (chat, call) => {
    const { reason, times } = read(bodies.failure, call)
    return done(chat.fail(reason, times))
  },
  'GET /_x/chat-keys/:id': (chat, _call, id) => ({ keys: chat.keys(id) }),
  'POST /_x/chat-keys': (chat, call) => {
    const { user, pin } = read(bodies.keys, call)
    return chat.setKeys(user, pin)
  },
  'POST /_x/chat-conversation-keys': (chat, call) => {
    const { by, other } = read(bodies.keyChange, call)
    return chat.changeKey(by, other)
  },
  'POST /_x/juicebox/recover': (chat, call) => {
    const { token, pin } = read(bodies.recovery, call)
    return chat.recover(token, pin)
  },
}
