import { type ChatControl, createChatControl } from './chat/chat-control.ts'
import { ControlError } from './control-input.ts'
import type { Deliveries } from './deliveries.ts'
import { sendMessage } from './direct-messages.ts'
import type { Limit } from './limits.ts'
import { keepMedia } from './media-files.ts'
import { deleteToken, tokenFor } from './oauth.ts'
import { maxEdits, versionsOf } from './post-versions.ts'
import { edit, publish, remove, repost } from './posts.ts'
import type { PendingAnswer, ScriptedAnswer, ScriptedAnswers } from './scripted-answers.ts'
import {
  type AccessToken,
  type Delivery,
  type DirectMessage,
  type Drop,
  newUserFlags,
  type Post,
  type Settings,
  type State,
  type User,
  type Webhook,
} from './state.ts'
import { revoked } from './webhook-events.ts'
import { checkWebhook } from './webhooks.ts'
import { apps, type World } from './world.ts'

/** A file that a person attaches. */
export type File = { readonly contentType: string; readonly bytes: Buffer }
export type UserChange = {
  readonly username?: string
  readonly name?: string
  readonly acceptsMessages?: boolean
  readonly protected?: boolean
  readonly followers?: readonly string[]
}
export type RecordedCall = { readonly method: string; readonly path: string; readonly status: number | null }

/**
 * Does what people do on X and sets how X behaves, for tests, for the page and for the control calls.
 * A person is named by id or username.
 */
export type Control = {
  addUser(user: { id?: string | undefined; username: string; name?: string | undefined }): User
  /** @param change `followers` names the users who see the posts of a protected user */
  changeUser(user: string, change: UserChange): User
  users(): readonly User[]
  /** Authorizes the app for an account, as Allow does, and returns the access token. */
  token(user: string): AccessToken
  /** Revokes the app's access, as a person does in X's settings. */
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
  repost(id: string, by: string): Post
  deletePost(id: string): void
  posts(): readonly Post[]
  directMessage(message: { from: string; to: string; text: string; media?: File | undefined }): DirectMessage
  directMessages(): readonly DirectMessage[]
  readonly chat: ChatControl
  state(): Readonly<State>
  /** All deliveries with their attempts. */
  deliveries(): readonly Delivery[]
  /** Sends a CRC challenge to every webhook, as X does at intervals. Returns the error or null, by webhook id. */
  challengeWebhooks(): Promise<Record<string, string | null>>
  /** Marks a webhook, or every webhook, as invalid. It misses all events until a PUT succeeds. */
  breakWebhooks(id?: string): readonly Webhook[]
  /** Marks a webhook, or every webhook, as valid without a challenge. Ends a drop without a count. */
  repairWebhooks(id?: string): readonly Webhook[]
  /** Drops the next deliveries: `count` of them, or all until the webhooks are repaired. A count of 0 ends a drop. */
  drop(change: { count?: number | undefined; kinds?: readonly string[] | undefined }): Drop | null
  /** The bytes of an uploaded or attached file. */
  media(id: string): File | undefined
  answer(scripted: ScriptedAnswer): PendingAnswer
  answers(): readonly PendingAnswer[]
  clearAnswers(): void
  /** The last 1,000 calls of X's API, oldest first. */
  calls(): readonly RecordedCall[]
  recordCall(call: RecordedCall): void
  /** Holds, releases or delays deliveries. */
  echoes(change: { hold?: boolean | undefined; release?: boolean | undefined; delayMs?: number | undefined }): void
  /** Sets the simulator's clock, which then runs on. Null resets it to the real time. */
  clock(now: Date | null): Date
  /** Adds subscriptions of the X Activity API for people whom the helpdesk does not know, to a webhook that is not its own. */
  addForeignSubscriptions(count: number): void
  /** Expires all page tokens of lists that X has given out. */
  expirePageTokens(): void
  limits(change: { [name in keyof Settings['limits']]?: Partial<Limit> | undefined }): Settings['limits']
  settings(change: Partial<Omit<Settings, 'limits'>>): Settings
}

export type ControlParts = {
  readonly world: World
  readonly deliveries: Deliveries
  readonly answers: ScriptedAnswers
  readonly now: () => Date
}

const maxRecordedCalls = 1_000

/** Creates the control of a simulator. */
export function createControl({ world, deliveries, answers, now }: ControlParts): Control {
  const { state, changed } = world
  const calls: RecordedCall[] = []

  const userNamed = (name: string): User => {
    const handle = name.replace(/^@/, '').toLowerCase()
    const user =
      state.users.find((one) => one.id === name) ?? state.users.find((one) => one.username.toLowerCase() === handle)
    if (!user) throw new ControlError(`There is no user «${name}». GET /_x/users lists ids and usernames.`)
    return user
  }
  const freeUsername = (username: string, except?: User) => {
    if (!/^\w{1,15}$/.test(username)) {
      throw new ControlError(`«${username}» is not a username. It must have 1 to 15 letters, digits or underscores.`)
    }
    const taken = state.users.find((one) => one.username.toLowerCase() === username.toLowerCase())
    if (taken && taken !== except) throw new ControlError(`The username «${username}» is taken.`)
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
        throw new ControlError(`«${id}» is not a user id. It must have 1 to 19 digits.`)
      if (state.users.some((one) => one.id === id)) throw new ControlError(`The user id «${id}» is taken.`)
      const user = {
        id: id ?? world.newId(),
        username: freeUsername(username),
        name,
        createdAt: world.now().toISOString(),
        ...newUserFlags(),
      }
      state.users.push(user)
      changed()
      return user
    },
    changeUser(name, { username, followers, ...change }) {
      const user = userNamed(name)
      if (username !== undefined) user.username = freeUsername(username, user)
      if (followers !== undefined) user.followers = followers.map((one) => userNamed(one).id)
      Object.assign(user, change)
      changed()
      return user
    },
    users: () => state.users,
    token: (name) => tokenFor(world, userNamed(name).id),
    revoke(name) {
      const { id } = userNamed(name)
      const events = revoked(world, id)
      deleteToken(world, id)
      world.emit(events)
    },
    post({ by, text, inReplyTo, quotes, media = [] }) {
      const { id } = userNamed(by)
      if (inReplyTo !== undefined) postOf(inReplyTo, 'inReplyTo')
      if (quotes !== undefined) postOf(quotes, 'quotes')
      if (text === '' && media.length === 0) throw new ControlError('text: A post needs text or media.')
      const mediaIds = media.map((file) => keepMedia(world, id, 'tweet', file.contentType, file.bytes).id)
      return publish(world, { by: id, text, inReplyTo, quotes, mediaIds })
    },
    editPost(id, text) {
      const post = postOf(id, 'id')
      if (versionsOf(world, post).length > maxEdits) throw new ControlError(`id: X allows ${maxEdits} edits of a post.`)
      if (text === '' && post.mediaIds.length === 0) throw new ControlError('text: A post needs text or media.')
      return edit(world, post, text)
    },
    repost(id, by) {
      const user = userNamed(by)
      const post = postOf(id, 'id')
      if (state.posts.some((one) => one.repostedId === id && one.authorId === user.id && one.deletedAt === null)) {
        throw new ControlError(`by: ${user.username} has reposted this post already.`)
      }
      return repost(world, user.id, post)
    },
    deletePost: (id) => remove(world, postOf(id, 'id')),
    posts: () => state.posts,
    directMessage({ from, to, text, media }) {
      const [sender, receiver] = [userNamed(from), userNamed(to)]
      if (text === '' && !media) throw new ControlError('text: A message needs text or media.')
      if (receiver.blocked.includes(sender.id)) {
        throw new ControlError(`to: ${receiver.username} has blocked the messages of ${sender.username}.`)
      }
      const mediaId = media && keepMedia(world, sender.id, 'dm', media.contentType, media.bytes).id
      return sendMessage(world, { from: sender.id, to: receiver.id, text, mediaId, appId: apps.web.id })
    },
    directMessages: () => state.directMessages,
    chat: createChatControl(world, userNamed),
    state: () => state,
    deliveries: () => state.deliveries,
    async challengeWebhooks() {
      const results = state.webhooks.map(async (one) => [one.id, await checkWebhook(world, one)] as const)
      return Object.fromEntries(await Promise.all(results))
    },
    breakWebhooks: (id) => setValid(id, false),
    repairWebhooks(id) {
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
    recordCall(call) {
      calls.push(call)
      if (calls.length > maxRecordedCalls) calls.shift()
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
    addForeignSubscriptions(count) {
      for (let n = 0; n < count; n += 1) {
        const at = world.now().toISOString()
        state.activitySubscriptions.push({
          id: world.newId(),
          eventType: 'post.create',
          userId: world.newId(),
          direction: null,
          tag: null,
          webhookId: '1',
          createdAt: at,
          updatedAt: at,
        })
      }
      changed()
    },
    expirePageTokens() {
      state.pageTokens += 1
      changed()
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
