/** How far the erasure of a customer is. It names nobody, so it may stay when the customer is gone. */
export type Erasure = {
  readonly id: string
  readonly status: 'running' | 'finished'
  /** ISO time. */
  readonly requestedAt: string
  /** ISO time; null while it is running. */
  readonly finishedAt: string | null
  /** What was erased so far. After a crash of a run some of it may be missing in these numbers, never in the erasure. */
  readonly tickets: number
  readonly messages: number
  /** Records of events, pointers, list entries, and parts of other customers' messages. */
  readonly others: number
}

/** Where a reading of the whole table stopped; null for its beginning. Only the store knows what is in it. */
export type Cursor = Readonly<Record<string, unknown>> | null

/** An erasure that is not finished, and its pass through the table. */
export type RunningErasure = {
  readonly id: string
  /** X's id. */
  readonly customerId: string
  readonly requestedAt: string
  /** ISO time at which the present pass began; null between two passes. */
  readonly passBeganAt: string | null
  /** True if the present pass found something, or may have. */
  readonly hasFound: boolean
  readonly cursor: Cursor
}

/** Deletes the files whose keys begin with a text. */
export type RemoveFiles = (prefix: string) => Promise<void>

/** What became of one find. `busy`: it is being sent or changed at this moment, so a later pass erases it. */
export type Erased = 'ticket' | 'message' | 'other' | 'nothing' | 'busy'

/** Something stored that names a customer. */
export type Find = { readonly customerId: string; readonly item: unknown }

/** Erases customers and old tickets from the table and the bucket. */
export type ErasureStore = {
  /** Stores that a customer is to be erased; one that is running already stays as it is. @param at ISO time */
  request(customerId: string, at: string): Promise<Erasure>
  /** Null if there is none with the id, or it ended more than 90 days ago. */
  get(id: string): Promise<Erasure | null>
  running(): Promise<RunningErasure[]>
  save(erasure: RunningErasure): Promise<void>
  /** Stores the end of an erasure and forgets whom it concerned. @param at ISO time */
  finish(erasure: RunningErasure, at: string): Promise<void>
  /** What names a customer on the next page of the table. `next` is null at its end. */
  find(customerId: string, cursor: Cursor): Promise<{ finds: Find[]; next: Cursor }>
  /** Erases a find with its files and counts it. Doing it again after a crash completes it. */
  erase(erasure: RunningErasure, find: Find, removeFiles: RemoveFiles): Promise<Erased>
  /**
   * The ids of tickets in which nothing happened since a time, the quietest first, of channels that want it.
   * @param before ISO times by channel id
   */
  quietTickets(before: ReadonlyMap<string, string>, limit: number): Promise<string[]>
  /** Erases a ticket unless something happened in it since an ISO time. */
  eraseTicket(ticketId: string, quietSince: string, removeFiles: RemoveFiles): Promise<Erased>
}
