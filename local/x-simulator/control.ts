import { randomUUID } from 'node:crypto'
import type { Answers, Scripted, WaitingAnswer } from './answers.ts'
import type { Deliveries } from './deliveries.ts'
import { sendMessage } from './direct-messages.ts'
import { chatCreated, revoked } from './events.ts'
import { keepMedia } from './media-files.ts'
import { dropToken, tokenFor } from './oauth.ts'
import { edit, publish, remove } from './posts.ts'
import type {
  AccessToken,
  Delivery,
  DirectMessage,
  Drop,
  EncryptedChat,
  Limit,
  Post,
  Settings,
  State,
  User,
  Webhook,
} from './state.ts'
import { mostEdits, versionsOf } from './versions.ts'
import { checkWebhook } from './webhooks.ts'
import { apps, type World } from './world.ts'

/** A wrong input for the control, said in a sentence. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** A file that a person attaches. */
export type File = { readonly contentType: string; readonly bytes: Buffer }
export type HeardCall = { readonly method: string; readonly path: string; readonly status: number | null }

/** What people do on X, and how X is to behave: for tests and for the page. People are named by id or handle. */
export type Control = {
  addUser(user: { id?: string | undefined; username: string; name?: string | undefined }): User
  changeUser(user: string, change: { username?: string; name?: string; acceptsMessages?: boolean }): User
  users(): readonly User[]
  /** An app's token for an account, as after Allow. */
  token(user: string): AccessToken
  /** Takes the app's permission away, as a person does in X's settings. */
  revoke(user: string): void
  post(post: {
    by: string
    text: string
    inReplyTo?: string | undefined
    quotes?: string | undefined
    media?: readonly File[] | undefined
  }): Post
  /** A new version of a post, with an id of its own. */
  editPost(id: string, text: string): Post
  deletePost(id: string): void
  posts(): readonly Post[]
  directMessage(message: { from: string; to: string; text: string; media?: File | undefined }): DirectMessage
  directMessages(): readonly DirectMessage[]
  encryptedChat(chat: { from: string; to: string }): EncryptedChat
  state(): Readonly<State>
  /** Every event that was to be delivered, with its attempts. */
  deliveries(): readonly Delivery[]
  /** Challenges every webhook, as X does now and then: by id, what was wrong or null. */
  challengeWebhooks(): Promise<Record<string, string | null>>
  /** Makes a webhook, or every one, invalid: it misses what happens until a PUT succeeds. */
  breakWebhooks(id?: string): readonly Webhook[]
  /** Makes a webhook, or every one, valid without a challenge, and ends a drop until then. */
  mendWebhooks(id?: string): readonly Webhook[]
  /** Lets the next deliveries be missed: so many, or all until webhooks are mended or the count is 0. */
  drop(change: { count?: number | undefined; kinds?: readonly string[] | undefined }): Drop | null
  /** The bytes of something uploaded or attached. */
  media(id: string): File | undefined
  answer(scripted: Scripted): WaitingAnswer
  answers(): readonly WaitingAnswer[]
  clearAnswers(): void
  /** Calls to the API, the latest thousand, oldest first. */
  calls(): readonly HeardCall[]
  heard(call: HeardCall): void
  echoes(change: { hold?: boolean | undefined; release?: boolean | undefined; delayMs?: number | undefined }): void
  /** Sets the clock, which goes on from there; null puts it right again. */
  clock(now: Date | null): Date
  limits(change: { [name in keyof Settings['limits']]?: Partial<Limit> | undefined }): Settings['limits']
  settings(change: Partial<Omit<Settings, 'limits'>>): Settings
}

export type ControlParts = {
  readonly world: World
  readonly deliveries: Deliveries
  readonly answers: Answers
  readonly now: () => Date
}

/** The control of a simulator. */
export function createControl({ world, deliveries, answers, now }: ControlParts): Control {
  const { state, changed } = world
  const calls: HeardCall[] = []

  const userNamed = (name: string): User => {
    const handle = name.replace(/^@/, '').toLowerCase()
    const user =
      state.users.find((one) => one.id === name) ?? state.users.find((one) => one.username.toLowerCase() === handle)
    if (!user) throw new ControlError(`There is no user «${name}»: give an id or a handle of GET /_x/users.`)
    return user
  }
  const freeUsername = (username: string, except?: User) => {
    if (!/^\w{1,15}$/.test(username)) {
      throw new ControlError(`«${username}» is no handle: 1 to 15 letters, digits and underscores.`)
    }
    const taken = state.users.find((one) => one.username.toLowerCase() === username.toLowerCase())
    if (taken && taken !== except) throw new ControlError(`The handle «${username}» is taken.`)
    return username
  }
  const postOf = (id: string, field: string): Post => {
    const post = state.posts.find((one) => one.id === id && one.deletedAt === null)
    if (!post) throw new ControlError(`${field}: there is no post «${id}».`)
    return post
  }

  const setValid = (id: string | undefined, valid: boolean): readonly Webhook[] => {
    const webhooks = state.webhooks.filter((one) => id === undefined || one.id === id)
    if (id !== undefined && webhooks.length === 0) throw new ControlError(`id: there is no webhook «${id}».`)
    for (const webhook of webhooks) webhook.valid = valid
    changed()
    return webhooks
  }

  return {
    addUser({ id, username, name = username }) {
      if (id !== undefined && !/^[1-9]\d{0,18}$/.test(id))
        throw new ControlError(`«${id}» is no user id: 1 to 19 digits.`)
      if (state.users.some((one) => one.id === id)) throw new ControlError(`The user id «${id}» is taken.`)
      const user = {
        id: id ?? world.newId(),
        username: freeUsername(username),
        name,
        createdAt: world.now().toISOString(),
        acceptsMessages: true,
      }
      state.users.push(user)
      changed()
      return user
    },
    changeUser(name, { username, ...change }) {
      const user = userNamed(name)
      if (username !== undefined) user.username = freeUsername(username, user)
      Object.assign(user, change)
      changed()
      return user
    },
    users: () => state.users,
    token: (name) => tokenFor(world, userNamed(name).id),
    revoke(name) {
      const { id } = userNamed(name)
      const events = revoked(world, id)
      dropToken(world, id)
      world.emit(events)
    },
    post({ by, text, inReplyTo, quotes, media = [] }) {
      const { id } = userNamed(by)
      if (inReplyTo !== undefined) postOf(inReplyTo, 'inReplyTo')
      if (quotes !== undefined) postOf(quotes, 'quotes')
      if (text === '' && media.length === 0) throw new ControlError('text: a post needs a text or media.')
      const mediaIds = media.map((file) => keepMedia(world, id, 'tweet', file.contentType, file.bytes).id)
      return publish(world, { by: id, text, inReplyTo, quotes, mediaIds })
    },
    editPost(id, text) {
      const post = postOf(id, 'id')
      if (versionsOf(world, post).length > mostEdits)
        throw new ControlError(`id: X lets a post be edited ${mostEdits} times.`)
      if (text === '' && post.mediaIds.length === 0) throw new ControlError('text: a post needs a text or media.')
      return edit(world, post, text)
    },
    deletePost: (id) => remove(world, postOf(id, 'id')),
    posts: () => state.posts,
    directMessage({ from, to, text, media }) {
      const [sender, receiver] = [userNamed(from), userNamed(to)]
      if (text === '' && !media) throw new ControlError('text: a message needs a text or media.')
      const mediaId = media && keepMedia(world, sender.id, 'dm', media.contentType, media.bytes).id
      return sendMessage(world, { from: sender.id, to: receiver.id, text, mediaId, appId: apps.web.id })
    },
    directMessages: () => state.directMessages,
    encryptedChat({ from, to }) {
      const chat = {
        id: randomUUID(),
        from: userNamed(from).id,
        to: userNamed(to).id,
        createdAt: world.now().toISOString(),
      }
      state.encryptedChats.push(chat)
      changed()
      world.emit(chatCreated(world, chat))
      return chat
    },
    state: () => state,
    deliveries: () => state.deliveries,
    async challengeWebhooks() {
      const results = state.webhooks.map(async (one) => [one.id, await checkWebhook(world, one)] as const)
      return Object.fromEntries(await Promise.all(results))
    },
    breakWebhooks: (id) => setValid(id, false),
    mendWebhooks(id) {
      if (state.drop?.left === null) state.drop = null
      return setValid(id, true)
    },
    drop({ count, kinds }) {
      state.drop = count === 0 ? null : { left: count ?? null, kinds: kinds ?? null }
      changed()
      return state.drop
    },
    media(id) {
      const media = state.media.find((one) => one.id === id)
      const bytes = media && world.bytes.get(id)
      return bytes && { contentType: media.contentType, bytes }
    },
    answer: (scripted) => answers.add(scripted),
    answers: () => answers.list(),
    clearAnswers: () => answers.clear(),
    calls: () => calls,
    heard(call) {
      calls.push(call)
      if (calls.length > 1_000) calls.shift()
    },
    echoes({ hold, release, delayMs }) {
      if (delayMs !== undefined) deliveries.pace.delayMs = delayMs
      if (hold !== undefined) deliveries.pace.hold = hold
      if (release) deliveries.release()
    },
    clock(time) {
      state.clockAheadMs = time === null ? 0 : time.getTime() - now().getTime()
      changed()
      return world.now()
    },
    limits(change) {
      const { limits } = state.settings
      for (const [name, limit] of Object.entries(change)) Object.assign(limits[name as keyof typeof limits], limit)
      changed()
      return limits
    },
    settings(change) {
      Object.assign(state.settings, change)
      changed()
      return state.settings
    },
  }
}
