import type { Activity, Person, QuotedPost } from './activity.ts'
import type { Attachment, AtX, Files, Upload } from './attachment.ts'
import type { Channel, ChannelSettings } from './channel.ts'
import type { DayCounts } from './counts.ts'
import type { QueuedEvent } from './delivery.ts'
import type { Mail } from './mail.ts'
import type { Quota } from './quota.ts'
import type { Gap } from './recovery.ts'
import type { Reply } from './reply.ts'
import type { Figures } from './report.ts'
import type { Situation } from './routing.ts'
import type { XAnswer } from './sending.ts'
import type { ConsumerSecrets } from './signature.ts'
import type { Extension } from './silence.ts'
import type { Message, Status, Target, Ticket } from './ticket.ts'
import type { ChannelHealth, WebhookHealth } from './upkeep.ts'

/** The time, as a port: every decision gets its clock from outside. */
export type Clock = () => Date

/** One line of log, as an object; never with a text, a token or a secret of anybody. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void

/** Where the consumer secrets of the X app are kept. */
export type XSecrets = {
  /** @throws Error when they cannot be read or were never filled in */
  consumer(): Promise<ConsumerSecrets>
  /** The same, read anew unless that was done a moment ago: for a signature that does not match. */
  refreshed(): Promise<ConsumerSecrets>
  /** The keys that sign our own calls. */
  app(): Promise<AppKeys>
}

/** The consumer key and secret of the X app. */
export type AppKeys = { readonly key: string; readonly secret: string }

/** Seals what must not be readable where it is stored. */
export type Vault = {
  /** @param context what it belongs to: it opens with the same one only */
  seal(text: string, context: string): Promise<string>
  /** @throws Error when it was sealed for something else, or with another key */
  open(sealed: string, context: string): Promise<string>
}

/** Access to one X account, as OAuth 1.0a gives it. */
export type AccountTokens = { readonly token: string; readonly secret: string }

/** The queue between the webhook and the router. */
export type EventQueue = {
  /**
   * Queues all events of a delivery, in order.
   * @param deliveryId the same when the same delivery is handed in again by us, another when X delivers again
   * @throws Error unless the queue has every one
   */
  send(events: readonly QueuedEvent[], deliveryId: string): Promise<void>
}

/** One change of a ticket: everything of it is written, or nothing. */
export type TicketChange = {
  /** The ticket that was decided on; null when it is opened now. */
  readonly before: Ticket | null
  readonly after: Ticket
  /** The message that comes with the change. */
  readonly message: Message | null
  /** The stored message that changes: a version of it came, or what X had left out was fetched. */
  readonly revised?: { readonly before: Message; readonly after: Message } | undefined
  /** The closed ticket of the same conversation that an opened one follows. */
  readonly follows: Ticket | null
  /** Files of agents that the message takes for itself; `changed` when one is taken already. */
  readonly takes?: readonly Upload[] | undefined
  /** The caller's own name for the change, under which it is made once. */
  readonly idempotency?: Idempotency | undefined
}

/** An idempotency key: what was asked for under it, and until when it holds (ISO time). */
export type Idempotency = {
  readonly key: string
  readonly fingerprint: string
  readonly messageId: string
  readonly until: string
}

/**
 * `changed`: something that was decided on is no longer so; decide again. `repeated`: the message is stored or revised
 * already, or the idempotency key is taken.
 */
export type CommitResult = 'done' | 'changed' | 'repeated'

export type TicketFilter = {
  readonly tag?: string | undefined
  readonly status?: Status | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
  /** ISO time; tickets changed then or later. */
  readonly updatedSince?: string | undefined
}

/** A page of a list; `next` continues it, null ends it. A page may be shorter than asked for. */
export type Page<T> = { readonly items: T[]; readonly next: string | null }
export type PageRequest = { readonly limit: number; readonly after: string | null }

/** Tickets and their messages. */
export type TicketStore = {
  /** What is stored that matters for an activity, strongly consistent. */
  situationOf(activity: Activity): Promise<Situation>
  /** The one place in which tickets and messages are written. */
  commit(change: TicketChange): Promise<CommitResult>
  markDeleted(channelId: string, externalId: string, at: string): Promise<void>
  ticket(id: string): Promise<Ticket | null>
  /** The newest ticket of a ticket's conversation: a closed one with a later one stays closed. */
  currentTicketId(ticket: Ticket): Promise<string | null>
  /** Tickets by newest activity. */
  tickets(filter: TicketFilter, page: PageRequest): Promise<Page<Ticket>>
  /** Messages of a ticket, oldest first. */
  messages(ticketId: string, page: PageRequest): Promise<Page<Message>>
}

/** A message that is to be looked at: a reply to send, or one of which something is to be moved or asked for. */
export type DueMessage = {
  readonly ticketId: string
  readonly channelId: string
  readonly messageId: string
  readonly position: string
}

/** Agents' replies on their way to X. */
export type ReplyStore = {
  /** A message of a ticket by its id; null when there is none. */
  message(channelId: string, messageId: string): Promise<Message | null>
  /** What was asked for under an idempotency key of a ticket, while it holds. */
  idempotency(ticketId: string, key: string, at: string): Promise<Idempotency | null>
  /** ISO time until which the earliest unfinished reply before this one in its ticket waits; null when there is none. */
  ahead(reply: Reply): Promise<string | null>
  /** Pending replies of its ticket that stand behind a reply, in order. */
  behind(reply: Reply): Promise<DueMessage[]>
  /** Attempts to reach a target that have started and of which no outcome is stored. */
  started(channelId: string, target: Target): Promise<Reply[]>
  /** Writes a reply as it is now; false when it has changed since `before` was read. */
  save(before: Reply, after: Reply): Promise<boolean>
  /** Replies that are due at an ISO time, in the order in which they were written. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Leaves a reply out of the due ones until an ISO time, because it was just brought back. */
  postpone(reply: DueMessage, until: string): Promise<void>
  quota(channelId: string, kind: Target['kind']): Promise<Quota | null>
  /** False when the quota has changed since `before` was read. */
  saveQuota(channelId: string, kind: Target['kind'], before: Quota | null, after: Quota): Promise<boolean>
}

/** Files that agents hand in, until a reply takes them: `TicketChange.takes`. */
export type UploadStore = {
  add(upload: Upload): Promise<void>
  /** By their ids, in that order; null for one that is not there. */
  get(ids: readonly string[]): Promise<(Upload | null)[]>
}

/** Media of messages on their way into the bucket. */
export type MediaStore = {
  /** A message of a ticket by its id; null when there is none. */
  message(channelId: string, messageId: string): Promise<Message | null>
  /** Writes one medium of a message as it is now; false when any has changed since `message` was read. */
  save(message: Message, index: number, after: Attachment): Promise<boolean>
  /** Messages with media that are due at an ISO time. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Leaves a message out of the due ones until an ISO time, because it was just brought back. */
  postpone(media: DueMessage, until: string): Promise<void>
}

/** Bytes in a row, as they come. */
export type Bytes = AsyncIterable<Uint8Array>

/** The private bucket. */
export type Bucket = {
  /**
   * Stores bytes under a key, of which nothing is left when they end with an error.
   * @throws whatever the bytes throw, or Error when the bucket does not take them
   */
  put(key: string, contentType: string, bytes: Bytes): Promise<void>
  /** Size and type by the first bytes of what lies under a key; null when nothing does. */
  look(key: string): Promise<{ size: number; contentType: string | null } | null>
  /** Keeps what lies under a key under another one too. */
  copy(from: string, to: string, contentType: string): Promise<void>
  /** Bytes from a place on, at most so many. */
  read(key: string, from: number, count: number): Promise<Uint8Array>
  /** A link with which anybody gets it for some minutes. */
  link(key: string): Promise<string>
  /** A link with which anybody may put exactly this there for some minutes. */
  uploadLink(key: string, contentType: string, size: number): Promise<string>
}

/** Why a medium of X could not be had. */
export class MediaError extends Error {
  /** Whether another try could not end otherwise. */
  readonly isFinal: boolean
  constructor(reason: string, isFinal: boolean) {
    super(reason)
    this.isFinal = isFinal
  }
}

/** Where X keeps media. */
export type MediaSource = {
  /**
   * Asks for a medium, signed with the account's tokens where X wants that. The type is that of its first bytes.
   * @param maxBytes more than this is not read: the bytes then end with a MediaError, as when they break off
   * @throws MediaError without a word of what came
   */
  fetch(
    url: string,
    tokens: AccountTokens | null,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ contentType: string | null; bytes: Bytes }>
}

/** A queue of messages that are due: replies to send, or media to move. */
export type DueQueue = {
  /** @param at ISO time at which they are judged to be due. @throws Error unless the queue has every one */
  send(due: readonly DueMessage[], at: string): Promise<void>
}

/** A begun connecting of an account, bound to the browser that began. */
export type Connecting = {
  readonly requestToken: string
  readonly sealedSecret: string
  /** SHA-256 of the cookie. */
  readonly browser: string
  /** ISO time. */
  readonly expiresAt: string
  readonly usedAt: string | null
}

export type ConnectingStore = {
  begin(connecting: Connecting): Promise<void>
  get(requestToken: string): Promise<Connecting | null>
  /** Takes it for one use; false when it is used already. */
  use(requestToken: string, at: string): Promise<boolean>
}

/** The webhook at X that is ours. */
export type OwnWebhook = { readonly id: string; readonly url: string }

export type ChannelStore = {
  /** Connects an account: a new channel, or the one of before with its settings, revived. @param at ISO time */
  connect(account: {
    twitterUserId: string
    username: string
    name?: string | undefined
    at: string
    /** What opens the account, sealed; those of before are replaced. */
    sealedTokens?: string | undefined
  }): Promise<Channel>
  list(): Promise<Channel[]>
  get(id: string): Promise<Channel | null>
  /** What opens the account, sealed; null when it was erased. */
  sealedTokens(channelId: string): Promise<string | null>
  /** Ends a channel: its tokens are erased, its settings and tickets stay. */
  disconnect(channelId: string): Promise<void>
  extension(): Promise<Extension>
  /** Switches the whole integration. @param at ISO time */
  setExtension(enabled: boolean, at: string): Promise<void>
  /** Changes settings; null when there is no such channel. @param at ISO time */
  change(channelId: string, settings: ChannelSettings, at: string): Promise<Channel | null>
  /** Remembers the moment from which a silence was counted that was told. */
  silenceWasTold(channelId: string, since: string): Promise<void>
  revocationWasTold(channelId: string): Promise<void>
  ownWebhook(): Promise<OwnWebhook | null>
  saveOwnWebhook(webhook: OwnWebhook): Promise<void>
  /** Remembers that a customer's message came in; an earlier time than the known one changes nothing. */
  messageCame(channelId: string, at: string): Promise<void>
  markRevoked(channelId: string): Promise<void>
}

/** What came and made no ticket (rule 9). */
export type EventRecord = {
  /** ISO time at which it came. */
  readonly at: string
  readonly outcome: 'ignored' | 'unreadable'
  readonly reason: string
  /** X's name of the event. */
  readonly kind: string
  readonly channelId: string | null
  readonly externalId: string | null
}

export type EventFilter = {
  readonly outcome?: EventRecord['outcome'] | undefined
  readonly channelId?: string | undefined
}

export type EventStore = {
  /**
   * Keeps a record for 7 days; the same `id` again changes nothing.
   * @param raw the event as X sent it, for what could not be read; null otherwise
   */
  record(id: string, record: EventRecord, raw: string | null): Promise<void>
  /** Newest first. */
  list(filter: EventFilter, page: PageRequest): Promise<Page<EventRecord>>
}

/** What happened on channels, per UTC day. Counting is a part of what is counted, so there is nothing here to count with. */
export type CountStore = {
  /** Every UTC day from one to another (`YYYY-MM-DD`), both included, oldest first. */
  activity(channelId: string, from: string, to: string): Promise<DayCounts[]>
  /** What the tickets count for that a channel opened on each day; days without any are left out. */
  reported(channelId: string, from: string, to: string): Promise<ReadonlyMap<string, Figures>>
}

/** Remembers that deliveries were answered with an error, so that upkeep can ask for what they held. */
export type TroubleNotes = {
  /** @param from, @param to ISO times; @throws Error when it could not be kept */
  note(from: string, to: string): Promise<void>
}

/** What upkeep knows from run to run. It is the only writer, but for the notes of trouble. */
export type HealthStore = {
  webhook(): Promise<WebhookHealth>
  saveWebhook(health: WebhookHealth): Promise<void>
  channel(channelId: string): Promise<ChannelHealth>
  saveChannel(channelId: string, health: ChannelHealth): Promise<void>
  /** From when to when deliveries were answered with an error; null when none was. */
  trouble(): Promise<Gap | null>
  /** Forgets trouble that is taken care of, unless there was more since. */
  forgetTrouble(trouble: Gap): Promise<void>
}

/** Who an account is. */
export type Account = { readonly id: string; readonly username: string }

/** A webhook that is registered at X for the app. */
export type XWebhook = { readonly id: string; readonly url: string; readonly valid: boolean }

/** A page of one of X's lists, newest first, as X sent it. */
export type XPage = {
  readonly items: readonly unknown[]
  /** Users, media and posts that X sent beside them. */
  readonly beside: unknown
  /** The token of the next page; null for the last. */
  readonly next: string | null
}

/** A call to X that was refused or got no answer, with X's own words. */
export class XError extends Error {
  /** X's status; null when there was no answer. */
  readonly status: number | null
  readonly detail: string
  constructor(status: number | null, detail: string) {
    super(`X: ${status ?? 'no answer'}: ${detail}`)
    this.status = status
    this.detail = detail
  }
}

/** A file to hand in to X. */
export type FileForX = {
  readonly attachmentId: string
  readonly contentType: string
  readonly size: number
  readonly category: string
}

/** X, as far as connecting, answering and upkeep need it. Every method but the sending ones throws XError when X refuses. */
export type X = {
  requestToken(callbackUrl: string): Promise<{ token: string; secret: string; authorizeUrl: string }>
  accessToken(request: AccountTokens, verifier: string): Promise<AccountTokens>
  me(tokens: AccountTokens): Promise<Account>
  /** A post as X shows it to an account; null when it does not: deleted, protected, withheld. */
  post(tokens: AccountTokens, id: string): Promise<QuotedPost | null>
  /** A person as X shows them to an account; null when it does not: gone or suspended. */
  user(tokens: AccountTokens, id: string): Promise<Person | null>
  invalidate(tokens: AccountTokens): Promise<void>
  webhooks(): Promise<XWebhook[]>
  createWebhook(url: string): Promise<XWebhook>
  validateWebhook(id: string): Promise<void>
  deleteWebhook(id: string): Promise<void>
  /** Subscribes an account to everything that concerns tickets; once more is no error. */
  subscribe(tokens: AccountTokens, account: Account, webhookId: string): Promise<void>
  unsubscribe(account: Account, webhookId: string): Promise<void>
  isSubscribed(account: Account, webhookId: string): Promise<boolean>
  /** Posts that mention an account, written at an ISO time or later. X goes back 800 posts. */
  mentions(tokens: AccountTokens, account: Account, since: string, next: string | null): Promise<XPage>
  /** The account's direct messages of the last 30 days; X knows no «since». */
  directMessages(tokens: AccountTokens, next: string | null): Promise<XPage>
  /** Asks X to deliver again what happened from one time to another (`yyyymmddhhmm`, UTC); gives the job's id. */
  replay(webhookId: string, from: string, to: string): Promise<string>
  /** Sends, and tells what came of it; never throws. @param mediaIds X's ids of uploaded files, in order */
  send(tokens: AccountTokens, target: Target, text: string, mediaIds?: readonly string[]): Promise<XAnswer>
  /**
   * Hands a file in, part by part. X may take its time with it: then it is not `ready`.
   * @param read gives bytes from a place on
   */
  upload(
    tokens: AccountTokens,
    file: FileForX,
    read: (from: number, count: number) => Promise<Uint8Array>,
  ): Promise<AtX>
  /** Whether X has worked through a file, and seconds after which to ask again. @throws XError 400 when X could not use it */
  uploadState(tokens: AccountTokens, mediaId: string): Promise<{ ready: boolean; checkAfterSeconds: number }>
  /**
   * X's ids of everything that an account sent to a target since an ISO time and that has this text and these files (none
   * when not said): the very same files first, then newest first. An agent may have sent the same before: which of them
   * is meant is the caller's to know.
   */
  findSent(
    tokens: AccountTokens,
    account: Account,
    target: Target,
    text: string,
    since: string,
    files?: Files,
  ): Promise<string[]>
}

/** Mails to the administrators. */
export type Mailer = {
  /** How many there are to tell. */
  readonly recipients: number
  /** @throws Error when it could not be handed over */
  send(mail: Mail): Promise<void>
}
