import type { Mail } from '../channels/mails.ts'
import type { LogEntry } from '../log-events.ts'
import type { MailFacts } from '../setup/helpdesk.ts'
import type { ConsumerSecrets } from '../x/signature.ts'

/** The current time. */
export type Clock = () => Date

/** Writes one line of log. */
export type Log = (entry: LogEntry) => void

/** The secret of the X app was never filled in, or not with what it needs. Its message says what is missing. */
export class NoAppKeysError extends Error {}

/** The secrets of the X app in our secret store. */
export type XSecrets = {
  /** @throws NoAppKeysError if they were never filled in, Error if they cannot be read */
  consumer(): Promise<ConsumerSecrets>
  /** Reads them again, unless that was just done: for a signature that does not match. Throws as `consumer` does. */
  refreshed(): Promise<ConsumerSecrets>
  /** ISO time since which there is a previous secret beside the present one; null if there is none. Throws as `consumer` does. */
  previousSince(): Promise<string | null>
  /** The keys that sign our calls to X. Throws as `consumer` does. */
  app(): Promise<AppKeys>
}

/** The consumer key and secret of the X app. */
export type AppKeys = { readonly key: string; readonly secret: string }

/** Encrypts texts that must not be stored in the clear. */
export type Encryption = {
  /** @param context what the text belongs to; decrypting needs the same context */
  encrypt(text: string, context: string): Promise<string>
  /** @throws Error if it was encrypted for another context or with another key */
  decrypt(encrypted: string, context: string): Promise<string>
}

/** Mails to the administrators. */
export type Mailer = {
  /** Number of administrators. */
  readonly recipients: number
  /** @throws Error if the mail could not be sent */
  send(mail: Mail): Promise<void>
}

/** What AWS knows of our mails: who must still confirm something. @throws Error if it could not be asked */
export type MailSetup = () => Promise<MailFacts>
