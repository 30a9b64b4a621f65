import type { XAnswer } from '../replies/sending.ts'
import type { Files, UploadedMedia } from '../tickets/attachment.ts'
import type { Target } from '../tickets/ticket.ts'
import type { Person, QuotedPost } from '../x/activity.ts'
import type { Profile } from '../x/profile.ts'
import type { SubscriptionList, SubscriptionUse, WebhookIds } from '../x/subscriptions.ts'

/** OAuth 1.0a access to an X account. */
export type AccountTokens = { readonly token: string; readonly secret: string }

/** An X account. */
export type Account = { readonly id: string; readonly username: string }

/** A webhook of the app at X. `valid` is false if X has stopped delivering to it. */
export type XWebhook = { readonly id: string; readonly url: string; readonly valid: boolean }

/** A page of one of X's lists, newest first, unparsed. */
export type XPage = {
  readonly items: readonly unknown[]
  /** Users, media and posts that the items refer to. */
  readonly includes: unknown
  /** The token of the next page; null on the last. */
  readonly next: string | null
  /** Why we do not know that X has answered completely, in words; null as a rule. */
  readonly flaw: string | null
}

/** From where to read a list: after an id of X, or at an ISO time and later. */
export type Since = { readonly id: string } | { readonly time: string }

/** X refused a call or did not answer. `detail` is X's text. */
export class XError extends Error {
  /** HTTP status; null if X did not answer. */
  readonly status: number | null
  readonly detail: string
  constructor(status: number | null, detail: string) {
    super(`X: ${status ?? 'no answer'}: ${detail}`)
    this.status = status
    this.detail = detail
  }
}

/** X allows the app no further subscription. */
export class SubscriptionLimitError extends XError {
  readonly use: SubscriptionUse
  constructor({ status, detail }: XError, use: SubscriptionUse) {
    super(status, `SubscriptionLimitExceeded: ${detail}`)
    this.use = use
  }
}

/** A file to upload to X. `size` is in bytes, `category` is X's `media_category`. */
export type FileToUpload = {
  readonly attachmentId: string
  readonly contentType: string
  readonly size: number
  readonly category: string
}

/** Sign-in of accounts at X. Every method throws XError if X refuses or does not answer. */
export type XAccounts = {
  requestToken(callbackUrl: string): Promise<{ token: string; secret: string; authorizeUrl: string }>
  accessToken(request: AccountTokens, verifier: string): Promise<AccountTokens>
  me(tokens: AccountTokens): Promise<Account>
  invalidate(tokens: AccountTokens): Promise<void>
}

/**
 * Calls our webhook as X does when it checks it.
 * @returns why its answer is not what X wants, in words that end a sentence; null if it is
 */
export type WebhookTrial = (url: string, consumerSecret: string) => Promise<string | null>

/** Our webhook at X and its subscriptions. Every method throws XError if X refuses or does not answer. */
export type XSubscriptions = {
  webhooks(): Promise<XWebhook[]>
  createWebhook(url: string): Promise<XWebhook>
  validateWebhook(id: string): Promise<void>
  deleteWebhook(id: string): Promise<void>
  /** Every subscription, in one list for all channels. */
  listSubscriptions(webhookId: string): Promise<SubscriptionList>
  /**
   * Subscribes an account to the events that a list lacks, in the account's name: a 401 means that the account took our
   * access away. Returns how many subscriptions were made; one that X says exists is none. X may show new ones later.
   * @throws SubscriptionLimitError if X allows no more; nothing half done stays behind
   */
  subscribe(tokens: AccountTokens, account: Account, webhook: WebhookIds, list: SubscriptionList): Promise<number>
  /** Points an account's subscriptions of a list to our webhook, as the app. Returns how many pointed elsewhere. */
  repoint(account: Account, webhook: WebhookIds, list: SubscriptionList): Promise<number>
  /**
   * Subscribes the app to revocations by any account, unless a list has that. X does not list this event among the
   * documented ones, so a refusal harms nothing: the next call in the account's name shows that access is gone.
   */
  subscribeToRevocations(webhook: WebhookIds, list: SubscriptionList): Promise<void>
  /** Ends what X delivers of an account to our webhook. */
  unsubscribe(account: Account, webhook: WebhookIds): Promise<void>
  /** Removes subscriptions of the X Activity API by their ids. */
  removeSubscriptions(ids: readonly string[]): Promise<void>
  /**
   * Ends the subscriptions of accounts in the Account Activity API, if channels subscribe to the X Activity API.
   * Returns how many it ended, some at a time: the next run ends further ones. An app without the old API has none.
   */
  endFormerSubscriptions(webhookId: string, accountIds: ReadonlySet<string>): Promise<number>
  /** Requests a replay of a period (`yyyymmddhhmm`, UTC); returns the id of the replay job. */
  replay(webhookId: string, from: string, to: string): Promise<string>
}

/** Sends direct messages and posts as an account. */
export type XPosting = {
  /** Sends a reply; never throws. @param mediaIds X's ids of uploaded files, in order */
  send(tokens: AccountTokens, target: Target, text: string, mediaIds?: readonly string[]): Promise<XAnswer>
  /**
   * X's ids of what an account sent to a target since an ISO time with this text and these files (default: none). The
   * same files come before alike ones, then the newest first. Equal messages may be several; the caller tells them
   * apart.
   * @throws XError if X refuses or does not answer
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

/** Reads what X shows to an account. Every method throws XError if X refuses or does not answer. */
export type XReading = {
  /** Null if X does not show the post: deleted, protected or withheld. */
  post(tokens: AccountTokens, id: string): Promise<QuotedPost | null>
  /** Null if X does not show the person: deleted or suspended. */
  user(tokens: AccountTokens, id: string): Promise<Person | null>
  /** Posts that mention an account, the implicit mentions of answers included; at most the latest 800. */
  mentions(tokens: AccountTokens, account: Account, since: Since, next: string | null): Promise<XPage>
  /** The account's direct messages of the last 30 days. X offers no filter by time. */
  directMessages(tokens: AccountTokens, next: string | null): Promise<XPage>
}

/**
 * What an account does with other people's posts and messages, and with its own posts. Every method throws XError if X
 * refuses or does not answer. Doing what is done already is a success.
 */
export type XModeration = {
  /** Hides an answer in a conversation that the account began, or shows it again. */
  setHidden(tokens: AccountTokens, postId: string, hidden: boolean): Promise<void>
  deletePost(tokens: AccountTokens, postId: string): Promise<void>
  /** @param accountId X's id of the account that mutes */
  setMuted(tokens: AccountTokens, accountId: string, personId: string, muted: boolean): Promise<void>
  setDirectMessagesBlocked(tokens: AccountTokens, personId: string, blocked: boolean): Promise<void>
}

/** Reads profiles. Throws XError if X refuses or does not answer. */
export type XProfiles = {
  /** Null if X does not show the person: deleted or suspended. @param readAt ISO time of now */
  profile(tokens: AccountTokens, personId: string, readAt: string): Promise<Profile | null>
}

/** Uploads files to X. Every method throws XError if X refuses or does not answer. */
export type XUploads = {
  /**
   * Uploads a file in chunks. It is not `ready` while X processes it.
   * @param read returns at most `count` bytes, beginning at offset `from`
   */
  upload(
    tokens: AccountTokens,
    file: FileToUpload,
    read: (from: number, count: number) => Promise<Uint8Array>,
  ): Promise<UploadedMedia>
  /** Whether X has processed a file, and when to ask again. @throws XError 400 if X could not process it */
  uploadState(tokens: AccountTokens, mediaId: string): Promise<{ ready: boolean; checkAfterSeconds: number }>
}
