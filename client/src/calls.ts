/** Made by generate.ts from the OpenAPI document: `RECORD=1 npm test -- test/client` makes it anew. */

export type Attachment = {
  id: string
  type: 'photo' | 'animated_gif' | 'video'
  /** a link that works for 15 minutes if `stored`; X's address otherwise */
  url: string
  previewUrl: string | null
  contentType: string | null
  size: number | null
  status: 'pending' | 'stored' | 'unavailable'
  /** why it could not be downloaded */
  reason: string | null
  /** when we try to download it; null if it is stored, or given up */
  nextTryAt: string | null
}

export type AuditEntry = {
  id: string
  at: string
  kind:
    | 'signed_in'
    | 'refused'
    | 'ticket_changed'
    | 'reply_written'
    | 'reply_retried'
    | 'reply_resolved'
    | 'x_action'
    | 'channel_connected'
    | 'channel_changed'
    | 'channel_disconnected'
    | 'chat_key_entered'
    | 'chat_key_forgotten'
    | 'extension_changed'
    | 'endpoint_changed'
    | 'customer_blocked'
    | 'profile_read'
    | 'customer_erased'
    | 'trail_exported'
  actor: {
    id: string
    /** user name, or id of a client */
    name: string
    /** network address */
    address: string | null
  }
  /** id of the ticket, channel or endpoint, `twitter` for the extension, the call that was refused */
  object: string | null
  /** the fields that change; null if there are none */
  before: Record<string, unknown> | null
  /** the fields that change; null if there are none */
  after: Record<string, unknown> | null
}

export type Block = {
  blocked: boolean
}

export type BlockState = {
  /** true if the customer's messages are ignored, in every channel */
  blocked: boolean
}

export type Channel = {
  id: string
  type: 'twitter'
  name: string
  username: string
  twitterUserId: string
  directMessages: boolean
  mentions: boolean
  noMessagesHours: number | null
  quietHours: {
    timeZone: string
    weekly: readonly {
      days: readonly ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')[]
      from: string
      to: string
    }[]
  } | null
  /** rules against noise; the first that matches decides */
  rules: readonly NoiseRule[]
  /** days without a change after which a ticket is erased; null for never */
  retentionDays: number | null
  /** US dollars that the channel may cost at X in a UTC day; null for no limit */
  dailyBudgetUsd: number | null
  /** UTC day on which the budget was used up last, so that replies wait until the next */
  budgetUsedUpOn: string | null
  status: 'connected' | 'needs_reconnection' | 'disconnected'
  connectedAt: string
  lastMessageAt: string | null
  encryptedChat: EncryptedChat
}

export type ChannelChange = {
  name?: string | undefined
  directMessages?: boolean | undefined
  mentions?: boolean | undefined
  noMessagesHours?: number | null | undefined
  quietHours?:
    | {
        timeZone: string
        weekly: readonly {
          days: readonly ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')[]
          from: string
          /** on the next day unless it is later than `from` */
          to: string
        }[]
      }
    | null
    | undefined
  /** rules against noise, each with a condition at least; the first that matches decides */
  rules?:
    | readonly {
        /** the reason that people read; unique within the channel */
        name: string
        kinds: readonly ('direct' | 'mention')[]
        outcome: 'ignore' | 'tag'
        /** with the outcome `tag`, and only then */
        tag?: string | undefined
        /** one of these is in the text, as a whole word, whatever the case */
        words?: readonly string[] | undefined
        /** X says that it is in one of these, such as `en`; not for direct messages alone */
        languages?: readonly string[] | undefined
        /** X says that it is in another one; not for direct messages alone, and not beside `languages` */
        otherLanguagesThan?: readonly string[] | undefined
        /** the author has fewer followers */
        followersBelow?: number | undefined
        /** the author is verified, or is not */
        verified?: boolean | undefined
        /** the author's account was younger */
        accountDaysBelow?: number | undefined
        /** true: it answers a post */
        answersOnly?: boolean | undefined
      }[]
    | undefined
  /** days without a change after which a ticket is erased; null for never */
  retentionDays?: number | null | undefined
  /** US dollars that the channel may cost at X in a UTC day; null for no limit */
  dailyBudgetUsd?: number | null | undefined
}

export type ChannelState = {
  /** what keeps it from working wholly, and what to do, the worst first; empty if it works */
  faults: readonly {
    what: string
    todo: string
  }[]
  /** when the last event of X came in, whatever became of it; null if none did for 30 days */
  lastEventAt: string | null
  /** up to when mentions were polled, stored every ten minutes */
  mentionsPolledAt: string | null
  /** when X was last seen to deliver for the account; null before the first check */
  subscriptionsCheckedAt: string | null
  /** what the channel has cost at X in this UTC day */
  spentTodayUsd: number
  repliesLeft: {
    /** of the X rate limit with the least left, of the account or the app; a reply beyond it waits */
    directMessages: {
      /** whose limit it is; that of the X app holds for all channels together */
      of: 'account' | 'app'
      limit: number
      remaining: number
      resetsAt: string | null
    }
    /** of the X rate limit with the least left, of the account or the app; a reply beyond it waits */
    posts: {
      /** whose limit it is; that of the X app holds for all channels together */
      of: 'account' | 'app'
      limit: number
      remaining: number
      resetsAt: string | null
    }
  }
}

export type ChatKey = {
  /** the PIN that was chosen for encrypted messages in the X app */
  pin?: string | undefined
  /** 64 bytes as base64 or hexadecimal digits, or the JSON file that holds them */
  keyFile?: string | undefined
}

export type Customer = {
  id: string
  username: string | null
  name: string | null
  avatarUrl: string | null
  /** true if their messages are ignored, in every channel */
  blocked: boolean
  /** null: X was not asked in the last 30 days */
  profile: Profile | null
}

export type DayActivity = {
  /** UTC day */
  date: string
  /** new events of X: opened, joined or ignored */
  received: number
  opened: number
  joined: number
  /** of those opened or joined: recovered after X did not deliver them */
  recovered: number
  ignored: Record<string, number>
  unreadable: number
  replies: {
    sent: number
    failed: number
    unknown: number
  }
}

export type Delivery = {
  /** `cancelled`: an agent gave it up */
  status: 'pending' | 'sent' | 'failed' | 'unknown' | 'cancelled'
  /** what happened and what an agent can do */
  reason: string | null
  attempts: number
  /** time of the next step; null unless pending */
  dueAt: string | null
}

export type DryRun = {
  /** true if the reply would be accepted */
  ok: boolean
  problems: readonly {
    code:
      | 'ticket_closed'
      | 'channel_not_connected'
      | 'text_empty'
      | 'text_too_long'
      | 'too_many_attachments'
      | 'unknown_attachment'
      | 'used_attachment'
      | 'missing_upload'
      | 'media_type'
      | 'media_size'
      | 'in_reply_to_direct'
      | 'in_reply_to_unknown'
      | 'in_reply_to_not_customers'
      | 'in_reply_to_deleted'
      | 'nothing_to_answer'
      | 'chat_key_unusable'
    detail: string
  }[]
  /** length of the text as X counts it */
  weightedLength: number
  maxLength: number
  /** true if the reply goes encrypted, as the latest message came */
  encrypted: boolean
  /** true if X allows the reply, because the entry mentions or quotes the account; null if unknown */
  replyAllowed: boolean | null
  /** of the X rate limit with the least left, of the account or the app; a reply beyond it waits */
  quota: {
    /** whose limit it is; that of the X app holds for all channels together */
    of: 'account' | 'app'
    limit: number
    remaining: number
    resetsAt: string | null
  }
  /** X's price of the reply */
  price: {
    usd: number
    because: string
  }
  /** where the text of a public reply has links, which make it dear; empty for a direct message */
  links: readonly {
    /** UTF-16 units */
    start: number
    end: number
  }[]
}

/** what a channel can do with encrypted messages */
export type EncryptedChat = {
  state: 'off' | 'not_used_on_x' | 'pin_needed' | 'readable' | 'replaced_on_x' | 'refused_by_x'
  /** what happened and what to do */
  reason?: string | undefined
  /** X's version of the account's key */
  keyVersion?: string | undefined
  /** of the key, as X shows it */
  fingerprint?: string | undefined
  /** since when encrypted messages are read */
  since?: string | undefined
  /** PINs that X accepts before it destroys the backup of the key */
  guessesLeft?: number | undefined
}

export type Erasure = {
  id: string
  status: 'running' | 'finished'
  requestedAt: string
  finishedAt: string | null
  /** erased so far */
  tickets: number
  messages: number
  /** records of events, pointers, list entries, parts of other customers' messages */
  others: number
}

export type Event = {
  at: string
  outcome: 'ignored' | 'unreadable'
  reason: string
  /** X's name of the event */
  kind: string
  channelId: string | null
  externalId: string | null
}

export type Extension = {
  id: 'twitter'
  name: 'Twitter'
  enabled: boolean
  /** when X ends the event system of the channels, and what to do; null if it stays */
  eventSourceEnd: string | null
  /** the previous secret of the X app, while it is being replaced; null otherwise */
  previousSecret: {
    since: string
    /** when X last signed with it, exact to an hour; null if never */
    lastNeededAt: string | null
    /** true if it was not needed for a day */
    canGo: boolean
  } | null
}

export type ExtensionChange = {
  enabled: boolean
}

export type GatewayAnswer = {
  message: string
}

export type Message = {
  id: string
  ticketId: string
  direction: 'inbound' | 'outbound'
  visibility: 'private' | 'public'
  text: string
  entities: readonly (
    | {
        type: 'hashtag'
        /** UTF-16 units */
        start: number
        end: number
        text: string
      }
    | {
        type: 'cashtag'
        /** UTF-16 units */
        start: number
        end: number
        text: string
      }
    | {
        type: 'mention'
        /** UTF-16 units */
        start: number
        end: number
        username: string
        userId: string | null
      }
    | {
        type: 'link'
        /** UTF-16 units */
        start: number
        end: number
        url: string
        displayUrl: string
      }
  )[]
  attachments: readonly Attachment[]
  /** the handles that X puts before the text of an answer; not part of `text` */
  addressees: readonly {
    username: string
    userId: string | null
  }[]
  author: {
    id: string
    username: string | null
    name: string | null
  }
  /** X's id; for an edited post that of its newest version */
  externalId: string | null
  /** X's ids of all versions of the post, oldest first: `firstEntryId` and `inReplyToId` may name any of them */
  versionIds: readonly string[]
  /** X's id of the post, in one of its versions, that it answers */
  inReplyToId: string | null
  /** the post that it answers; null if that is a message of this ticket */
  parent: ParentPost | null
  quoted: QuotedPost | null
  /** true if X carries it encrypted */
  encrypted: boolean
  /** stands for a text that cannot be read */
  notice: {
    type: 'encrypted_message'
    url: string
    reason: 'no_key' | 'key_replaced' | 'conversation_key_missing' | 'not_verified' | 'broken' | 'refused_by_x'
    /** what happened and what to do */
    detail: string
  } | null
  /** earlier versions of an edited post, oldest first */
  versions: readonly {
    externalId: string
    text: string
    entities: readonly (
      | {
          type: 'hashtag'
          /** UTF-16 units */
          start: number
          end: number
          text: string
        }
      | {
          type: 'cashtag'
          /** UTF-16 units */
          start: number
          end: number
          text: string
        }
      | {
          type: 'mention'
          /** UTF-16 units */
          start: number
          end: number
          username: string
          userId: string | null
        }
      | {
          type: 'link'
          /** UTF-16 units */
          start: number
          end: number
          url: string
          displayUrl: string
        }
    )[]
    createdAt: string
  }[]
  /** when its post was deleted on X */
  deletedAt: string | null
  /** when, a hold after that, its text, versions and files were deleted here; null while they are */
  erasedAt: string | null
  /** when an agent hid it on X; null if it is shown there */
  hiddenAt: string | null
  joinedBecause: string
  /** why what X left out, the answered post or the author, was not looked up; null as a rule */
  incompleteBecause: string | null
  /** null unless it is a reply */
  delivery: Delivery | null
  /** how we recovered a message that X's deliveries did not bring; null otherwise */
  recovered: 'replay' | 'poll' | null
  createdAt: string
}

export type NewAttachment = {
  contentType: string
  /** bytes */
  size: number
}

export type NewReply = {
  /** may be empty if there is an attachment; a direct message has at most 10,000 characters, a public reply 280 as X counts them */
  text: string
  /** four photos, one GIF or one video; in a direct message one attachment */
  attachmentIds?: readonly string[] | undefined
  /** id of a message of a mention ticket; the latest entry if not given */
  inReplyTo?: string | undefined
}

export type NewWebhookEndpoint = {
  /** a public https address */
  url: string
  description?: string | undefined
  /** all if not given */
  eventTypes?:
    | readonly (
        | 'ticket.opened'
        | 'ticket.changed'
        | 'message.received'
        | 'message.edited'
        | 'message.deleted'
        | 'message.sent'
        | 'message.failed'
        | 'channel.changed'
      )[]
    | undefined
}

/** what rules against noise would have done */
export type NoiseDryRun = {
  /** since when tickets were looked at */
  from: string
  to: string
  /** false if only the 500 newest tickets of the days were looked at */
  isWhole: boolean
  /** messages that rules have ignored on these days; not looked at, because their text is not kept */
  alreadyIgnored: number
  /** tickets that began a conversation */
  judged: number
  rules: readonly {
    name: string
    outcome: 'ignore' | 'tag'
    /** tickets that it would have ignored or tagged */
    matched: number
    /** tickets of which X did not tell what the rule asks for, so that it would not have matched */
    unknown: number
    /** the newest tickets that it matches */
    examples: readonly {
      id: string
      subject: string
      openedAt: string
      username: string | null
    }[]
  }[]
}

/** what happens to a message that would begin a conversation */
export type NoiseRule = {
  name: string
  kinds: readonly ('direct' | 'mention')[]
  outcome: 'ignore' | 'tag'
  tag?: string | undefined
  words?: readonly string[] | undefined
  languages?: readonly string[] | undefined
  otherLanguagesThan?: readonly string[] | undefined
  followersBelow?: number | undefined
  verified?: boolean | undefined
  accountDaysBelow?: number | undefined
  answersOnly?: boolean | undefined
}

export type NoiseRuleTrial = {
  /** rules against noise, each with a condition at least; the first that matches decides */
  rules: readonly {
    /** the reason that people read; unique within the channel */
    name: string
    kinds: readonly ('direct' | 'mention')[]
    outcome: 'ignore' | 'tag'
    /** with the outcome `tag`, and only then */
    tag?: string | undefined
    /** one of these is in the text, as a whole word, whatever the case */
    words?: readonly string[] | undefined
    /** X says that it is in one of these, such as `en`; not for direct messages alone */
    languages?: readonly string[] | undefined
    /** X says that it is in another one; not for direct messages alone, and not beside `languages` */
    otherLanguagesThan?: readonly string[] | undefined
    /** the author has fewer followers */
    followersBelow?: number | undefined
    /** the author is verified, or is not */
    verified?: boolean | undefined
    /** the author's account was younger */
    accountDaysBelow?: number | undefined
    /** true: it answers a post */
    answersOnly?: boolean | undefined
  }[]
  /** how many days to look back; 7 if not given */
  days?: number | undefined
}

export type ParentPost = {
  id: string
  url: string
  /** null if it is not looked up yet or X does not show it */
  text: string | null
  author: {
    id: string
    username: string | null
    name: string | null
  } | null
  createdAt: string | null
  /** `unavailable`: deleted, protected or withheld */
  status: 'available' | 'unavailable'
}

export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  errors?:
    | readonly {
        field: string
        detail: string
      }[]
    | undefined
  /** of a 412: what is there now, as a GET answers it */
  current?: Ticket | Channel | undefined
}

export type Profile = {
  bio: string | null
  location: string | null
  followers: number | null
  following: number | null
  /** null: X does not mark them */
  verified: 'blue' | 'business' | 'government' | null
  joinedAt: string | null
  /** when X was asked; kept for 30 days */
  readAt: string
}

export type ProfileResult = {
  /** what X charges, in US dollars */
  priceUsd: number
  /** of a dry run: why X cannot be asked; null if it can */
  because: string | null
  /** of a dry run: as far as it is there */
  profile: Profile | null
}

export type QuotedPost = {
  id: string
  url: string
  /** null if X sent only the id */
  text: string | null
  author: {
    id: string
    username: string | null
    name: string | null
  } | null
  createdAt: string | null
  attachments: readonly {
    type: 'photo' | 'animated_gif' | 'video'
    url: string
    previewUrl: string | null
  }[]
}

export type Resolution = {
  /** `sent`: one in doubt that is on X; `cancelled`: one that failed, waits or is in doubt is given up */
  as: 'sent' | 'cancelled'
}

export type Retry = {
  /** retry even if X may have the reply */
  force?: boolean | undefined
}

export type Setup = {
  checks: readonly {
    step: 'keys' | 'callback' | 'webhook' | 'mail' | 'channel' | 'permissions' | 'message'
    /** the step in a few words */
    what: string
    /** `not_known`: whoever knows could not be asked, which says nothing of the step */
    is: 'done' | 'missing' | 'not_known'
    /** what was found, in sentences */
    found: string
    /** what to do, in sentences; null if nothing is */
    todo: string | null
  }[]
  /** to be entered in the settings of the X app, to the letter */
  callbackUrl: string
  /** to which X delivers; registered with the first channel */
  webhookUrl: string
}

export type Ticket = {
  id: string
  channel: {
    id: string
    name: string
    username: string
  }
  kind: 'direct' | 'mention'
  status: 'new' | 'open' | 'pending' | 'on_hold' | 'solved' | 'closed' | 'spam'
  tags: readonly string[]
  subject: string
  customer: {
    id: string
    username: string | null
    name: string | null
    avatarUrl: string | null
  }
  openedAt: string
  openedBecause: string
  updatedAt: string
  messageCount: number
  /** X's id of the customer's first post in it, in its first version: one of the post's `versionIds` */
  firstEntryId: string | null
  previousTicketId: string | null
  /** the ticket in which its conversation goes on */
  nextTicketId: string | null
  /** who wrote last, and the beginning of it; null in a ticket of before this was stored */
  lastMessage: {
    direction: 'inbound' | 'outbound'
    text: string
    at: string
  } | null
  /** when the customer wrote the first message without an answer; null if no answer is due */
  waitingSince: string | null
  /** the replies that failed, were put off, or whose outcome is unknown */
  replies: {
    failed: number
    waiting: number
    unknown: number
  }
  /** only with `q`: the message that has most of the words, and the part of its text in which they begin; plain text. Left out if no message has them, as when the name of the customer has */
  match?:
    | {
        messageId: string
        direction: 'inbound' | 'outbound'
        text: string
      }
    | undefined
}

export type TicketChange = {
  status?: 'new' | 'open' | 'pending' | 'on_hold' | 'solved' | 'closed' | 'spam' | undefined
  /** replaces all tags; not beside `addTags` or `removeTags` */
  tags?: readonly string[] | undefined
  /** adds tags, and leaves the others as they are */
  addTags?: readonly string[] | undefined
  /** removes tags, and leaves the others as they are */
  removeTags?: readonly string[] | undefined
}

export type TicketNumbers = {
  /** 100 stands for 100 and more */
  waiting: number
  /** 100 stands for 100 and more */
  failed: number
  statuses: {
    /** 100 stands for 100 and more */
    'new': number
    /** 100 stands for 100 and more */
    open: number
    /** 100 stands for 100 and more */
    pending: number
    /** 100 stands for 100 and more */
    on_hold: number
    /** 100 stands for 100 and more */
    solved: number
    /** 100 stands for 100 and more */
    closed: number
    /** 100 stands for 100 and more */
    spam: number
  }
}

export type TicketReport = {
  from: string
  to: string
  timeZone: string
  by: 'tag' | 'status' | 'channel' | 'day'
  rows: readonly {
    /** tickets opened in these days; the next four say how these are now */
    opened: number
    /** of those opened: closed by now */
    closed: number
    messagesIn: number
    /** replies that were written, whether or not X has them, and what the account wrote on X */
    messagesOut: number
    /** time from opening to the first reply that X has, or that the account wrote on X */
    firstResponse: {
      /** tickets with a response */
      count: number
      medianSeconds: number | null
      /** 90th percentile */
      p90Seconds: number | null
      /** how many in each class, the shortest first; `upToSeconds` null is everything longer */
      histogram: readonly {
        upToSeconds: number | null
        count: number
      }[]
    }
    /** closed in these days, whenever they were opened */
    closedInPeriod: number
    /** of those closed in these days: time from opening to closing */
    timeToClose: {
      medianSeconds: number | null
      /** 90th percentile */
      p90Seconds: number | null
    }
    key: string
    label: string
  }[]
  total: {
    /** tickets opened in these days; the next four say how these are now */
    opened: number
    /** of those opened: closed by now */
    closed: number
    messagesIn: number
    /** replies that were written, whether or not X has them, and what the account wrote on X */
    messagesOut: number
    /** time from opening to the first reply that X has, or that the account wrote on X */
    firstResponse: {
      /** tickets with a response */
      count: number
      medianSeconds: number | null
      /** 90th percentile */
      p90Seconds: number | null
      /** how many in each class, the shortest first; `upToSeconds` null is everything longer */
      histogram: readonly {
        upToSeconds: number | null
        count: number
      }[]
    }
    /** closed in these days, whenever they were opened */
    closedInPeriod: number
    /** of those closed in these days: time from opening to closing */
    timeToClose: {
      medianSeconds: number | null
      /** 90th percentile */
      p90Seconds: number | null
    }
  }
}

export type WaitingReport = {
  at: string
  count: number
  /** false if there are more: in each status the 2,000 opened first count */
  isWhole: boolean
  /** since when the one that waits longest does; null if none waits */
  longestSince: string | null
  /** how many in each class, the shortest first; `upToSeconds` null is everything longer */
  ages: readonly {
    upToSeconds: number | null
    count: number
  }[]
}

export type WebhookDelivery = {
  id: string
  /** `webhook-id`: the same in every attempt */
  eventId: string
  type:
    | 'ticket.opened'
    | 'ticket.changed'
    | 'message.received'
    | 'message.edited'
    | 'message.deleted'
    | 'message.sent'
    | 'message.failed'
    | 'channel.changed'
    | 'endpoint.test'
  at: string
  attempt: number
  outcome: 'delivered' | 'failed' | 'given_up'
  /** HTTP status of the answer; null if there was none */
  status: number | null
  /** the first kilobyte of the answer */
  answer: string
  error: string | null
  durationMs: number
}

export type WebhookEndpoint = {
  id: string
  url: string
  description: string
  eventTypes: readonly (
    | 'ticket.opened'
    | 'ticket.changed'
    | 'message.received'
    | 'message.edited'
    | 'message.deleted'
    | 'message.sent'
    | 'message.failed'
    | 'channel.changed'
  )[]
  status: 'enabled' | 'disabled'
  disabledBecause: string | null
  createdAt: string
  /** it gets the events of changes from then on */
  sendsFrom: string
  /** since when every attempt has failed */
  failingSince: string | null
  /** no attempt is made before, because several failed */
  pausedUntil: string | null
  /** after a rotation both secrets sign until then */
  previousSecretValidUntil: string | null
}

export type WebhookEndpointChange = {
  /** a public https address */
  url?: string | undefined
  description?: string | undefined
  eventTypes?:
    | readonly (
        | 'ticket.opened'
        | 'ticket.changed'
        | 'message.received'
        | 'message.edited'
        | 'message.deleted'
        | 'message.sent'
        | 'message.failed'
        | 'channel.changed'
      )[]
    | undefined
  status?: 'enabled' | 'disabled' | undefined
}

export type WebhookEndpointWithSecret = {
  id: string
  url: string
  description: string
  eventTypes: readonly (
    | 'ticket.opened'
    | 'ticket.changed'
    | 'message.received'
    | 'message.edited'
    | 'message.deleted'
    | 'message.sent'
    | 'message.failed'
    | 'channel.changed'
  )[]
  status: 'enabled' | 'disabled'
  disabledBecause: string | null
  createdAt: string
  /** it gets the events of changes from then on */
  sendsFrom: string
  /** since when every attempt has failed */
  failingSince: string | null
  /** no attempt is made before, because several failed */
  pausedUntil: string | null
  /** after a rotation both secrets sign until then */
  previousSecretValidUntil: string | null
  /** shown only now; begins with `whsec_` */
  secret: string
}

export type WebhookEvent = {
  type:
    | 'ticket.opened'
    | 'ticket.changed'
    | 'message.received'
    | 'message.edited'
    | 'message.deleted'
    | 'message.sent'
    | 'message.failed'
    | 'channel.changed'
    | 'endpoint.test'
  /** when it happened */
  timestamp: string
  data: {
    ticket?: Ticket | undefined
    message?: Message | undefined
    channel?: Channel | undefined
  }
}

export type XAction = {
  action:
    | 'hide_answer'
    | 'show_answer'
    | 'delete_reply'
    | 'mute'
    | 'unmute'
    | 'block_direct_messages'
    | 'unblock_direct_messages'
  /** the message that is hidden, shown or deleted; for these three only */
  messageId?: string | undefined
}

export type XActionResult = {
  /** what X charges, in US dollars */
  priceUsd: number
  /** of a dry run: why it cannot be done; null if X may do it */
  because: string | null
  /** the message that it concerns, as it is now */
  message: Message | null
}

/** Every call of the API: what it takes and what it answers. */
export type Calls = {
  /** Tickets, newest activity or longest waiting first */
  'GET /api/tickets': {
    params: Record<never, never>
    query: {
      q?: string | undefined
      tag?: string | readonly string[] | undefined
      tagMatch?: 'all' | 'any' | undefined
      status?: 'new' | 'open' | 'pending' | 'on_hold' | 'solved' | 'closed' | 'spam' | undefined
      waiting?: 'true' | undefined
      replies?: 'failed' | 'waiting' | 'unknown' | readonly ('failed' | 'waiting' | 'unknown')[] | undefined
      order?: 'activity' | 'waiting' | undefined
      channelId?: string | undefined
      customerId?: string | undefined
      updatedSince?: string | undefined
      limit?: number | undefined
      cursor?: string | undefined
    }
    body: undefined
    answer: {
      tickets: readonly Ticket[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** How many tickets wait, have failed replies, and are in each status */
  'GET /api/ticket-numbers': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: TicketNumbers
  }
  /** A ticket and those that continue it or that it continues, the first opened first */
  'GET /api/tickets/{id}/thread': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: {
      /** the first opened first */
      tickets: readonly Ticket[]
    }
  }
  /** One ticket */
  'GET /api/tickets/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Ticket
  }
  /** Set the status or the tags of a ticket */
  'PATCH /api/tickets/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: TicketChange
    answer: Ticket
  }
  /** Add one tag to a ticket */
  'POST /api/tickets/{id}/tags/{tag}': {
    params: { id: string; tag: string }
    query: Record<never, never>
    body: undefined
    answer: Ticket
  }
  /** Remove one tag from a ticket */
  'DELETE /api/tickets/{id}/tags/{tag}': {
    params: { id: string; tag: string }
    query: Record<never, never>
    body: undefined
    answer: Ticket
  }
  /** Messages of a ticket, oldest or newest first */
  'GET /api/tickets/{id}/messages': {
    params: { id: string }
    query: { order?: 'oldest' | 'newest' | undefined; limit?: number | undefined; cursor?: string | undefined }
    body: undefined
    answer: {
      messages: readonly Message[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** Answer the customer; calls with the same `Idempotency-Key` send one reply; `dryRun` only checks */
  'POST /api/tickets/{id}/replies': {
    params: { id: string }
    query: Record<never, never>
    body: NewReply
    answer: Message
  }
  /** Answer the customer; calls with the same `Idempotency-Key` send one reply; `dryRun` only checks */
  'POST /api/tickets/{id}/replies?dryRun=true': {
    params: { id: string }
    query: Record<never, never>
    body: NewReply
    answer: DryRun
  }
  /** Send a failed reply again; with `force` also one whose outcome is unknown */
  'POST /api/tickets/{id}/messages/{messageId}/retry': {
    params: { id: string; messageId: string }
    query: Record<never, never>
    body: Retry | undefined
    answer: Message
  }
  /** Give up a reply that failed, waits or is in doubt; or say that one in doubt is on X */
  'POST /api/tickets/{id}/messages/{messageId}/resolve': {
    params: { id: string; messageId: string }
    query: Record<never, never>
    body: Resolution
    answer: Message
  }
  /** Announce a file, then PUT its bytes to `uploadUrl` with the same `content-type`; one reply may use it, within a day */
  'POST /api/attachments': {
    params: Record<never, never>
    query: Record<never, never>
    body: NewAttachment
    answer: {
      /** goes into `attachmentIds` of a reply */
      id: string
      /** PUT the file there with the announced `content-type` within 15 minutes */
      uploadUrl: string
    }
  }
  /** All channels */
  'GET /api/channels': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: {
      channels: readonly Channel[]
    }
  }
  /** One channel */
  'GET /api/channels/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Channel
  }
  /** Change the name, the kinds of messages to process, the rules against noise, and the other settings */
  'PATCH /api/channels/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: ChannelChange
    answer: Channel
  }
  /** Disconnect the account: ends the subscription and our access at X; tickets stay */
  'DELETE /api/channels/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Channel
  }
  /** Enter the key for encrypted messages, by the PIN of the account or as a key file; no answer holds it */
  'PUT /api/channels/{id}/chat-key': {
    params: { id: string }
    query: Record<never, never>
    body: ChatKey
    answer: Channel
  }
  /** Forget the key for encrypted messages; those that come then are notices */
  'DELETE /api/channels/{id}/chat-key': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Channel
  }
  /** Read an encrypted message again that is a notice; the message changes some seconds later */
  'POST /api/tickets/{id}/messages/{messageId}/read-now': {
    params: { id: string; messageId: string }
    query: Record<never, never>
    body: undefined
    answer: Message
  }
  /** Whether a channel works, what is wrong and what to do; last event and poll, limits left, cost today */
  'GET /api/channels/{id}/state': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: ChannelState
  }
  /** The counts of a channel per UTC day, oldest first */
  'GET /api/channels/{id}/activity': {
    params: { id: string }
    query: { from?: string | undefined; to?: string | undefined }
    body: undefined
    answer: {
      days: readonly DayActivity[]
    }
  }
  /** What rules against noise would have done with the tickets of the last days; changes nothing */
  'POST /api/channels/{id}/rules/dry-run': {
    params: { id: string }
    query: Record<never, never>
    body: NoiseRuleTrial
    answer: NoiseDryRun
  }
  /** Start to connect an X account; the same browser must open `authorizeUrl` */
  'POST /api/channels/twitter/connect': {
    params: Record<never, never>
    query: { channelId?: string | undefined }
    body: undefined
    answer: {
      authorizeUrl: string
    }
  }
  /** The extensions and whether they are enabled */
  'GET /api/extensions': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: {
      extensions: readonly Extension[]
    }
  }
  /** Enable or disable the extension; while disabled, nothing opens a ticket and no channel can be connected */
  'PATCH /api/extensions/twitter': {
    params: Record<never, never>
    query: Record<never, never>
    body: ExtensionChange
    answer: Extension
  }
  /** How far the setup is, step by step, with what to do; asks X and AWS, and changes nothing */
  'GET /api/setup': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: Setup
  }
  /** Tickets opened in a period, in their present state, and closed in it, by tag, status, channel or day */
  'GET /api/reports/tickets': {
    params: Record<never, never>
    query: {
      from?: string | undefined
      to?: string | undefined
      timeZone?: string | undefined
      by: 'tag' | 'status' | 'channel' | 'day'
    }
    body: undefined
    answer: TicketReport
  }
  /** The same as CSV, with times in seconds */
  'GET /api/reports/tickets.csv': {
    params: Record<never, never>
    query: {
      from?: string | undefined
      to?: string | undefined
      timeZone?: string | undefined
      by: 'tag' | 'status' | 'channel' | 'day'
    }
    body: undefined
    answer: string
  }
  /** How many customers wait for us now, by how long they have been waiting */
  'GET /api/reports/waiting': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: WaitingReport
  }
  /** Events of the last 7 days that opened no ticket, newest first */
  'GET /api/events': {
    params: Record<never, never>
    query: {
      outcome?: 'ignored' | 'unreadable' | undefined
      channelId?: string | undefined
      limit?: number | undefined
      cursor?: string | undefined
    }
    body: undefined
    answer: {
      events: readonly Event[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** Who did what, newest first; a page may be shorter than `limit` while `nextCursor` is not null */
  'GET /api/audit': {
    params: Record<never, never>
    query: {
      person?: string | undefined
      kind?:
        | 'signed_in'
        | 'refused'
        | 'ticket_changed'
        | 'reply_written'
        | 'reply_retried'
        | 'reply_resolved'
        | 'x_action'
        | 'channel_connected'
        | 'channel_changed'
        | 'channel_disconnected'
        | 'chat_key_entered'
        | 'chat_key_forgotten'
        | 'extension_changed'
        | 'endpoint_changed'
        | 'customer_blocked'
        | 'profile_read'
        | 'customer_erased'
        | 'trail_exported'
        | undefined
      object?: string | undefined
      from?: string | undefined
      to?: string | undefined
      cursor?: string | undefined
      limit?: number | undefined
    }
    body: undefined
    answer: {
      entries: readonly AuditEntry[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** The same as CSV, 1,000 entries at most; the header `Link` leads to the next file */
  'GET /api/audit.csv': {
    params: Record<never, never>
    query: {
      person?: string | undefined
      kind?:
        | 'signed_in'
        | 'refused'
        | 'ticket_changed'
        | 'reply_written'
        | 'reply_retried'
        | 'reply_resolved'
        | 'x_action'
        | 'channel_connected'
        | 'channel_changed'
        | 'channel_disconnected'
        | 'chat_key_entered'
        | 'chat_key_forgotten'
        | 'extension_changed'
        | 'endpoint_changed'
        | 'customer_blocked'
        | 'profile_read'
        | 'customer_erased'
        | 'trail_exported'
        | undefined
      object?: string | undefined
      from?: string | undefined
      to?: string | undefined
      cursor?: string | undefined
    }
    body: undefined
    answer: string
  }
  /** Whether a customer's messages are ignored, by X's id */
  'GET /api/customers/{id}/blocked': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: BlockState
  }
  /** Ignore the messages of a customer in every channel, or no longer */
  'PUT /api/customers/{id}/blocked': {
    params: { id: string }
    query: Record<never, never>
    body: Block
    answer: BlockState
  }
  /** Customers by words of their handle or name, those with the newest ticket first */
  'GET /api/customers': {
    params: Record<never, never>
    query: { q: string; limit?: number | undefined; cursor?: string | undefined }
    body: undefined
    answer: {
      customers: readonly {
        id: string
        username: string | null
        name: string | null
        avatarUrl: string | null
      }[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** A customer by X's id, with the profile if it was asked for in the last 30 days */
  'GET /api/customers/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Customer
  }
  /** Erase a customer, by X's id, from every channel; asking again tells how far it is */
  'DELETE /api/customers/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Erasure
  }
  /** Ask X for a customer's profile, which costs; `dryRun` only tells the price */
  'POST /api/customers/{id}/profile': {
    params: { id: string }
    query: { dryRun?: 'true' | 'false' | undefined }
    body: undefined
    answer: ProfileResult
  }
  /** How far the erasure of a customer is; for 90 days after its end */
  'GET /api/erasures/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Erasure
  }
  /** The addresses that get events */
  'GET /api/webhook-endpoints': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: {
      endpoints: readonly WebhookEndpoint[]
    }
  }
  /** Add an address; the answer has its secret, which is shown only once */
  'POST /api/webhook-endpoints': {
    params: Record<never, never>
    query: Record<never, never>
    body: NewWebhookEndpoint
    answer: WebhookEndpointWithSecret
  }
  /** Change an address, its event types or its status */
  'PATCH /api/webhook-endpoints/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: WebhookEndpointChange
    answer: WebhookEndpoint
  }
  /** Remove an address; it gets no event any more, not even one that waits */
  'DELETE /api/webhook-endpoints/{id}': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Record<string, never>
  }
  /** Make a new secret; the one before it signs too for 24 hours */
  'POST /api/webhook-endpoints/{id}/rotate-secret': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: WebhookEndpointWithSecret
  }
  /** Send a test event */
  'POST /api/webhook-endpoints/{id}/test': {
    params: { id: string }
    query: Record<never, never>
    body: undefined
    answer: Record<string, never>
  }
  /** The attempts of the last 7 days, newest first */
  'GET /api/webhook-endpoints/{id}/deliveries': {
    params: { id: string }
    query: { limit?: number | undefined; cursor?: string | undefined }
    body: undefined
    answer: {
      deliveries: readonly WebhookDelivery[]
      /** null on the last page; a page may be shorter than `limit` */
      nextCursor: string | null
    }
  }
  /** Send an event again, with the same id */
  'POST /api/webhook-endpoints/{id}/deliveries/{deliveryId}/send-again': {
    params: { id: string; deliveryId: string }
    query: Record<never, never>
    body: undefined
    answer: Record<string, never>
  }
  /** Hide or show a customer's answer on X, delete an own public reply, mute the customer or block their direct messages; `dryRun` only tells the price */
  'POST /api/tickets/{id}/x-actions': {
    params: { id: string }
    query: { dryRun?: 'true' | 'false' | undefined }
    body: XAction
    answer: XActionResult
  }
  /** This description, as OpenAPI 3.1 */
  'GET /api/openapi.json': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: Record<string, unknown>
  }
  /** This description, as a page */
  'GET /api/docs': {
    params: Record<never, never>
    query: Record<never, never>
    body: undefined
    answer: string
  }
}
