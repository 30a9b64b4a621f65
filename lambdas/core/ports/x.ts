import type { XAnswer } from '../replies/sending.ts'
import type { Files, UploadedMedia } from '../tickets/attachment.ts'
import type { Target } from '../tickets/ticket.ts'
import type { Person, QuotedPost } from '../x/activity.ts'

/** Access to one X account, as OAuth 1.0a gives it. */
export type AccountTokens = { readonly token: string; readonly secret: string }

/** Who an account is. */
export type Account = { readonly id: string; readonly username: string }

/** A webhook that is registered at X for the app. */
export type XWebhook = { readonly id: string; readonly url: string; readonly valid: boolean }

/** A page of one of X's lists, newest first, as X sent it. */
export type XPage = {
  readonly items: readonly unknown[]
  /** Users, media and posts that X sent beside them. */
  readonly includes: unknown
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
export type FileToUpload = {
  readonly attachmentId: string
  readonly contentType: string
  readonly size: number
  readonly category: string
}

/** Sign-in of accounts at X. Every method throws XError when X refuses. */
export type XAccounts = {
  requestToken(callbackUrl: string): Promise<{ token: string; secret: string; authorizeUrl: string }>
  accessToken(request: AccountTokens, verifier: string): Promise<AccountTokens>
  me(tokens: AccountTokens): Promise<Account>
  invalidate(tokens: AccountTokens): Promise<void>
}

/** Our webhook at X, and what X delivers to it. Every method throws XError when X refuses. */
export type XSubscriptions = {
  webhooks(): Promise<XWebhook[]>
  createWebhook(url: string): Promise<XWebhook>
  validateWebhook(id: string): Promise<void>
  deleteWebhook(id: string): Promise<void>
  /** Subscribes an account to everything that concerns tickets; once more is no error. */
  subscribe(tokens: AccountTokens, account: Account, webhookId: string): Promise<void>
  unsubscribe(account: Account, webhookId: string): Promise<void>
  isSubscribed(account: Account, webhookId: string): Promise<boolean>
  /** Asks X to deliver again what happened from one time to another (`yyyymmddhhmm`, UTC); gives the job's id. */
  replay(webhookId: string, from: string, to: string): Promise<string>
}

/** Direct messages and posts in an account's name. */
export type XPosting = {
  /** Sends, and tells what came of it; never throws. @param mediaIds X's ids of uploaded files, in order */
  send(tokens: AccountTokens, target: Target, text: string, mediaIds?: readonly string[]): Promise<XAnswer>
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

/** What X shows to an account. Every method throws XError when X refuses. */
export type XReading = {
  /** A post as X shows it to an account; null when it does not: deleted, protected, withheld. */
  post(tokens: AccountTokens, id: string): Promise<QuotedPost | null>
  /** A person as X shows them to an account; null when it does not: gone or suspended. */
  user(tokens: AccountTokens, id: string): Promise<Person | null>
  /** Posts that mention an account, written at an ISO time or later. X goes back 800 posts. */
  mentions(tokens: AccountTokens, account: Account, since: string, next: string | null): Promise<XPage>
  /** The account's direct messages of the last 30 days; X knows no «since». */
  directMessages(tokens: AccountTokens, next: string | null): Promise<XPage>
}

/** Uploads of files to X. Every method throws XError when X refuses. */
export type XUploads = {
  /**
   * Hands a file in, part by part. X may take its time with it: then it is not `ready`.
   * @param read gives bytes from a place on
   */
  upload(
    tokens: AccountTokens,
    file: FileToUpload,
    read: (from: number, count: number) => Promise<Uint8Array>,
  ): Promise<UploadedMedia>
  /** Whether X has worked through a file, and seconds after which to ask again. @throws XError 400 when X could not use it */
  uploadState(tokens: AccountTokens, mediaId: string): Promise<{ ready: boolean; checkAfterSeconds: number }>
}
