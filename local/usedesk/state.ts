/** Usedesk's statuses by their number. */
export const statuses = {
  1: 'Open',
  2: 'Solved',
  3: 'Closed',
  4: 'Deleted',
  5: 'On hold',
  6: 'Pending',
  7: 'Spam',
  8: 'New',
  9: 'Newsletter',
  10: 'Merged',
} as const

export type StatusId = keyof typeof statuses

export const statusIds = Object.keys(statuses).map(Number) as StatusId[]

export type Client = { readonly id: number; readonly name: string; readonly email: string }

/** A file of a comment. Its bytes are stored under `key`, which its address contains. */
export type StoredFile = {
  readonly key: string
  readonly name: string
  readonly contentType: string
  readonly size: number
}

export type Comment = {
  readonly id: number
  /** HTML. */
  readonly message: string
  readonly type: 'public' | 'private'
  readonly from: 'client' | 'user'
  /** The agent who wrote it. Null for a client's comment. */
  readonly userId: number | null
  readonly clientId: number | null
  /** UTC, as ISO. */
  readonly publishedAt: string
  readonly files: readonly StoredFile[]
  /** True if a call of the API wrote it, false if the agent on the page did. */
  readonly byApi: boolean
}

export type Ticket = {
  readonly id: number
  subject: string
  status: StatusId
  clientId: number
  readonly channelId: number
  readonly additionalId: string
  tags: string[]
  type: string
  priority: string
  assigneeId: number | null
  groupId: number | null
  readonly publishedAt: string
  updatedAt: string
  readonly comments: Comment[]
}

/** What of a ticket can change. */
export type TicketChange = Partial<
  Pick<Ticket, 'subject' | 'status' | 'clientId' | 'tags' | 'type' | 'priority' | 'assigneeId' | 'groupId'>
>

/** A call of the API: what came, without the token and the bytes of files, and what became of it. */
export type RecordedCall = {
  readonly at: string
  readonly call: string
  readonly parameters: Readonly<Record<string, string>>
  readonly files: readonly Pick<StoredFile, 'name' | 'contentType' | 'size'>[]
  /**
   * `done`: executed and answered; `refused`: an error of Usedesk; `limited`: too many calls; `failed`: an ordered
   * fault without execution; `lost`: executed, but the answer was not sent.
   */
  readonly outcome: 'done' | 'refused' | 'limited' | 'failed' | 'lost'
}

/** A call that does not keep to Usedesk's documentation. */
export type Violation = { readonly at: string; readonly call: string; readonly problem: string }

/** One request to the Redirect URL. */
export type Delivery = {
  readonly id: string
  readonly event: 'ticket' | 'comment' | 'change'
  readonly ticketId: number
  /** Whether the API's calls caused it, or the agent on the page. */
  readonly byApi: boolean
  readonly createdAt: string
  /** The JSON that is sent. */
  readonly body: string
  /** `waiting` until there is an answer or none will come. */
  status: 'waiting' | 'delivered' | 'failed'
  /** The HTTP status of the answer, or why there was none. */
  answer: number | string | null
}

export type Settings = {
  /** Where Usedesk sends its events («Redirect URL» of the channel). Null: nowhere. */
  redirectUrl: string | null
  /** Usedesk's documentation disagrees what `secret` in an event is: the token of the channel, or the id of the app. */
  secretIs: 'token' | 'app-id'
  /** Calls a minute, and milliseconds between two calls. 0 switches the second off. */
  callsPerMinute: number
  gapMs: number
  /** How a call over the limit is answered: with 429, or with 200 and an error inside. */
  limitAnswer: 'status' | 'error'
  /** Whether the `tag` of `update/ticket` is added to the tags, or takes their place. Undocumented. */
  tagUpdates: 'add' | 'replace'
  /** Whether the list of tickets has `additional_id`. The documentation promises it for one ticket only. */
  additionalIdInLists: boolean
}

export const defaultSettings: Settings = {
  redirectUrl: null,
  secretIs: 'token',
  callsPerMinute: 150,
  gapMs: 400,
  limitAnswer: 'status',
  tagUpdates: 'add',
  additionalIdInLists: true,
}

export type State = {
  /** The last id. Ids of all kinds of things are counted together. */
  lastId: number
  clients: Client[]
  tickets: Ticket[]
  deliveries: Delivery[]
  calls: RecordedCall[]
  violations: Violation[]
  settings: Settings
}

/** What a new Usedesk has; what a stored one lacks is added. */
export function completeState(stored: Partial<State>): State {
  return {
    lastId: 2_261_900,
    clients: [],
    tickets: [],
    deliveries: [],
    calls: [],
    violations: [],
    ...stored,
    settings: { ...defaultSettings, ...stored.settings },
  }
}

/** The installation: one company, one channel of the kind «API», one agent. */
export const installation = { companyId: 153_561, channelId: 4_501, appId: '3078' } as const

export const agent = { id: 545, name: 'Agent in Usedesk' } as const
