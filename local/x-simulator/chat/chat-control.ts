import { ControlError } from '../control-input.ts'
import type { User } from '../state.ts'
import type { World } from '../world.ts'
import { defaultPin, keysOf, latestKeys, replaceKeys } from './account-keys.ts'
import type { AccountKeys, ChatEvent, FailureReason } from './chat-state.ts'
import { changeKey, conversationOf, membersOf, readAs } from './conversations.ts'
import { type Recovered, recoverKeys } from './juicebox.ts'
import { openSealed } from './media-store.ts'
import { breakEvent, type ChatFile, edit, forge, react, write } from './people.ts'

/** What a person wants to write. Users are named by id or username. */
export type NewChatMessage = {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly media?: ChatFile | undefined
  /** The sequence id of the message that this one quotes. */
  readonly replyTo?: string | undefined
  /** Others who read it too: then it goes into a group. */
  readonly group?: readonly string[] | undefined
}

/** An event with what each person of its conversation reads in it: a text, or null and the error. */
export type ChatEventOnPhones = ChatEvent & {
  readonly phones: Readonly<Record<string, { readonly text: string | null; readonly error: string | null }>>
}

/** What people do in encrypted conversations, and how X treats these. */
export type ChatControl = {
  /** Makes new keys for an account, the first or others, with a backup under a PIN. */
  setKeys(user: string, pin?: string): AccountKeys
  /** All keys of a user, the latest first. */
  keys(user: string): readonly AccountKeys[]
  recover(token: string, pin: string): Recovered
  write(message: NewChatMessage): ChatEvent
  edit(id: string, text: string): ChatEvent
  react(id: string, by: string, emoji: string, remove?: boolean): ChatEvent
  /** Sends a message under somebody's name: signed by somebody else, or of bytes that are no event. */
  forge(forgery: {
    from: string
    to: string
    kind: 'signature' | 'broken'
    text?: string | undefined
    size?: number | undefined
  }): ChatEvent
  /** Gives a conversation a new key. It comes with the next message. */
  changeKey(by: string, other: string): { readonly keyVersion: string }
  /** X does not deliver the next messages of apps, for this reason. */
  fail(reason: FailureReason, times: number): void
  events(): readonly ChatEventOnPhones[]
  media(userId: string, hashKey: string): ChatFile | undefined
}

export function createChatControl(world: World, userNamed: (name: string) => User): ChatControl {
  const { state } = world
  const eventOf = (id: string, field: string): ChatEvent => {
    const event = state.chat.events.find((one) => one.id === id && one.kind === 'message')
    if (!event) throw new ControlError(`${field}: there is no encrypted message «${id}».`)
    return event
  }
  const twoOf = (from: string, to: string) => {
    const [a, b] = [userNamed(from).id, userNamed(to).id]
    if (a === b) throw new ControlError('to: an encrypted conversation needs two people.')
    return { from: a, conversationId: conversationOf(a, b) }
  }
  const groupOf = (memberIds: readonly string[]) => {
    const known = state.chat.groups.find((one) => one.memberIds.join() === memberIds.join())
    if (known) return known.id
    const group = { id: `g${world.newId()}`, memberIds }
    state.chat.groups.push(group)
    return group.id
  }

  return {
    setKeys: (user, pin = defaultPin) => replaceKeys(world, userNamed(user).id, pin),
    keys: (user) => keysOf(state, userNamed(user).id),
    recover: (token, pin) => recoverKeys(world, token, pin),
    write({ from, to, text, media, replyTo, group = [] }) {
      if (text === '' && !media) throw new ControlError('text: A message needs text or media.')
      const two = twoOf(from, to)
      const members = [...membersOf(state, two.conversationId), ...group.map((one) => userNamed(one).id)]
      const conversationId = group.length > 0 ? groupOf([...new Set(members)]) : two.conversationId
      const quoted = replyTo === undefined ? undefined : eventOf(replyTo, 'replyTo')
      return write(world, { from: two.from, conversationId, text, media, replyTo: quoted })
    },
    edit: (id, text) => edit(world, eventOf(id, 'id'), text),
    react: (id, by, emoji, remove = false) => react(world, userNamed(by).id, eventOf(id, 'id'), emoji, remove),
    forge({ from, to, kind, text = 'Send it to me instead', size = 200 }) {
      const two = twoOf(from, to)
      return kind === 'broken'
        ? breakEvent(world, two.from, two.conversationId, size)
        : forge(world, two.from, two.conversationId, text)
    },
    changeKey(by, other) {
      const { from, conversationId } = twoOf(by, other)
      return { keyVersion: changeKey(world, from, conversationId).conversationKeyVersion }
    },
    fail: (reason, times) => void state.chat.failures.push(...Array.from({ length: times }, () => reason)),
    events: () =>
      state.chat.events.map((event) => ({
        ...event,
        phones: Object.fromEntries(event.receivers.map((userId) => [userId, phone(state, userId, event)])),
      })),
    media: (userId, hashKey) => (latestKeys(state, userId) ? openSealed(world, userId, hashKey) : undefined),
  }
}

function phone(state: World['state'], userId: string, event: ChatEvent) {
  const { event: read, error = null } = readAs(state, userId, event)
  return { text: read?.content?.text ?? read?.content?.new_text ?? read?.content?.emoji ?? null, error }
}
