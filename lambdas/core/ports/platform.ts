import type { Mail } from '../channels/mails.ts'
import type { LogEntry } from '../log-events.ts'
import type { ConsumerSecrets } from '../x/signature.ts'

/** The time, as a port: every decision gets its clock from outside. */
export type Clock = () => Date

/** Writes one line of log. */
export type Log = (entry: LogEntry) => void

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

/** Encrypts what must not be readable where it is stored. */
export type Encryption = {
  /** @param context what the text belongs to: only the same context decrypts it */
  encrypt(text: string, context: string): Promise<string>
  /** @throws Error when it was encrypted for another context, or with another key */
  decrypt(encrypted: string, context: string): Promise<string>
}

/** Mails to the administrators. */
export type Mailer = {
  /** How many there are to tell. */
  readonly recipients: number
  /** @throws Error when it could not be handed over */
  send(mail: Mail): Promise<void>
}
