/** The list of channels. */
export const channelsMessages = {
  title: 'Channels',
  intro: 'The X accounts whose messages become tickets.',
  add: 'Add Channel',
  toSetup: 'Setup',
  chooseKind: 'Which kind of channel?',
  twitter: 'Twitter',
  twitterText:
    'Direct messages and mentions of an X account. Sign in to that account on X; X asks you to allow access.',
  emptyTitle: 'No channels yet',
  emptyText: 'Add a channel to connect your X account. Its direct messages and mentions then become tickets.',
  extensionOff: 'The Twitter extension is off. Messages do not become tickets, and you cannot add channels.',
  toExtensions: 'Go to extensions',
  eventSourceEnds: 'The event system of these channels ends',
  previousSecret: 'The secret of the X app is being replaced',
  previousSecretCanGo: 'The previous secret of the X app is not needed any more',
  lastNeeded: 'X last signed with the previous secret:',
  neverNeeded: 'X has not signed with the previous secret since it was replaced:',
  keepPreviousSecret: 'It can go when X has not signed with it for a day. We say so here.',
  removePreviousSecret: 'Whoever runs the helpdesk can now empty consumerSecretPrevious.',
  lastMessage: 'Last message',
  noMessage: 'No message yet',
  directMessages: 'Direct messages',
  mentions: 'mentions',
  on: 'on',
  off: 'off',
  dismiss: 'Dismiss',
} as const

/** Why an account was not connected, and what to do. The keys of `reasons` are codes of the API. */
export const connectErrors = {
  title: 'The account was not connected',
  reasons: {
    cancelled: 'You pressed Cancel on X. Nothing changed.',
    stale: 'The link expired. Start again, and allow access within 15 minutes.',
    repeated: 'This permission was already used. If the channel is not connected, start again.',
    foreign: 'You started in another browser. Start again in the one in which you allow access on X.',
    missing_cookie: 'Your browser sent no cookie for this step. Allow cookies for this page and start again.',
    extension_disabled:
      'The Twitter extension was switched off meanwhile. Switch it on under Extensions and start again.',
    refused_by_x:
      'X refused to connect the account. Check on X that the account is not locked or suspended, then start again.',
    x_unreachable: 'X did not answer. Wait a few minutes and start again.',
    webhook_limit:
      'The X app has no free webhook. Delete an unused webhook in X’s developer console, or choose a larger plan. Then start again.',
    webhook_unreachable:
      'X could not reach our webhook. Check that its address is reachable from the internet and that the consumer secret is the one of the X app.',
    subscription_limit:
      'The plan of the X app allows no more accounts. Disconnect a channel that you no longer need, or choose a larger plan.',
    app_permissions:
      'The X app may not read and send direct messages. Give it «Read, Write and Direct Messages» in X’s developer console, then start again.',
  } as Readonly<Record<string, string>>,
  otherAccount: (username: string) =>
    `You are signed in on X as @${username}, which is another account than this channel’s. Nothing changed. Sign in on X to this channel’s account and reconnect, or add @${username} as a channel.`,
  subscriptionNumbers: (total: number, others: number, fit: number, channels: number) =>
    `X allows ${total} subscriptions, 8 for each channel; ${others} are used by others than this helpdesk. So ${fit} channels fit, and ${channels} are subscribed.`,
  other: 'Connecting the account failed. Start again. If it fails again, tell the person who runs the helpdesk.',
} as const

/** One channel: its status, settings and access. */
export const channelMessages = {
  back: 'Channels',
  titleWhileLoading: 'Channel',
  account: (username: string) => `@${username} on X`,
  since: 'Connected since',
  settingsTitle: 'Settings',
  name: 'Name',
  nameHint: 'The name that agents see. At most 255 characters.',
  nameError: 'Enter a name of 1 to 255 characters.',
  directMessages: 'Direct messages',
  directMessagesHint: 'Direct messages to the account become tickets with the tag «Twitter:Direct».',
  mentions: 'Mentions',
  mentionsHint: 'Posts that mention the account become tickets with the tag «Twitter: Mention».',
  quietHours: 'Hours in which silence is expected',
  numbers: {
    noMessagesHours: {
      label: 'No messages (h)',
      hint: 'Administrators get one mail when no message arrives for this many hours (1 to 720). The mail says what we checked. Leave empty for no mail.',
    },
    retentionDays: {
      label: 'Keep tickets (days)',
      hint: 'A ticket in which nothing happens for this many days (1 to 3650) is erased for good, with its messages and pictures. Leave empty to keep all tickets.',
    },
    dailyBudgetUsd: {
      label: 'Budget a day at X (USD)',
      hint: 'When the channel has cost this much at X in a day (UTC), replies wait until the next day. X still delivers messages and charges for them. Administrators get a mail at 80 % and at 100 %. Leave empty for no limit.',
    },
  },
  numberErrors: {
    dailyBudgetUsd: 'Enter an amount from 0.01 to 100000, or leave the field empty.',
    noMessagesHours: 'Enter whole hours from 1 to 720, or leave the field empty.',
    retentionDays: 'Enter whole days from 1 to 3650, or leave the field empty.',
  },
  unsaved: 'You have unsaved changes.',
  saved: 'Settings saved.',
  changedByOthers: 'Somebody else changed these settings meanwhile',
  changedByOthersText: 'Your changes are not saved yet. Check the form, then save again, or discard your changes.',
  isNow: (setting: string, value: string) => `«${setting}» is now: ${value}`,
  valueOf: (value: string | boolean) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : value || 'empty'),
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  access: 'Access to the account',
  accessText: 'Reconnect if X has withdrawn our access. Disconnect to give up access; the tickets stay.',
  confirmDisconnect: (name: string) => ({
    title: `Disconnect ${name}?`,
    text: 'Messages to the account no longer become tickets, and nobody can answer its tickets. Tickets and settings stay; you can reconnect later.',
    confirm: 'Disconnect',
    isDanger: true,
  }),
  disconnectedDone: 'Channel disconnected.',
} as const

/** Whether a channel works. What is wrong and what to do, the API says. */
export const channelStateMessages = {
  title: 'State',
  works: 'Works',
  worksText: 'X delivers to this channel, and replies can be sent.',
  lastEvent: 'Last event of X',
  noEvent: 'None in 30 days',
  lastMessage: 'Last message',
  noMessage: 'None yet',
  subscriptions: 'Subscriptions checked',
  polled: 'Mentions polled',
  notYet: 'Not yet',
  off: 'Off',
  messagesLeft: 'Direct messages left',
  postsLeft: 'Public replies left',
  left: (remaining: number, limit: number) => `${remaining} of ${limit}`,
  until: 'until',
  costToday: 'Cost at X today (UTC)',
  cost: (usd: number, budgetUsd: number | null) =>
    budgetUsd === null ? `$${usd.toFixed(2)}, no budget` : `$${usd.toFixed(2)} of $${budgetUsd.toFixed(2)}`,
  encrypted: 'Encrypted messages',
  encryptedStates: {
    off: 'Off',
    not_used_on_x: 'Not used',
    pin_needed: 'PIN needed',
    readable: 'Read and answered',
    replaced_on_x: 'New PIN needed',
    refused_by_x: 'Refused by X',
  },
} as const

/** The hours in which silence is expected. */
export const quietHoursMessages = {
  title: 'Hours in which silence is expected',
  hint: 'Nights and weekends, for example. They do not count for «No messages (h)», and no mail about silence is sent in them.',
  add: 'Add hours',
  remove: 'Remove',
  range: (number: number) => `hours ${number}`,
  from: 'from',
  to: 'to',
  timeZone: 'Time zone',
  timeZoneHint:
    'Such as Europe/Berlin. Summer time is taken into account. An end that is not later is on the next day.',
  error: 'Choose days and both times for all hours, or remove them.',
  days: {
    monday: 'Mon',
    tuesday: 'Tue',
    wednesday: 'Wed',
    thursday: 'Thu',
    friday: 'Fri',
    saturday: 'Sat',
    sunday: 'Sun',
  },
} as const

export const activityMessages = {
  title: 'Activity',
  intro: 'The last 14 days, by day (UTC).',
  received: 'Received',
  opened: 'Opened a ticket',
  joined: 'Joined a ticket',
  ignored: 'Ignored',
  unreadable: 'Unreadable',
  recovered: 'Recovered',
  sent: 'Replies sent',
  failedOrUnknown: 'Replies failed or unknown',
  day: 'Day',
  empty: 'No activity in these days.',
  chart: (total: number) => `Bars by day: ${total} events in 14 days, by outcome`,
} as const

export const ignoredEventsMessages = {
  title: 'Why no ticket?',
  intro: 'Events of the last 7 days that made no ticket, with the reason.',
  empty: 'No event was ignored: each one opened a ticket or joined one.',
  at: 'Time',
  kind: 'Event',
  reason: 'Reason',
  seeOnX: 'See on X',
  kinds: {
    direct_message_events: 'Direct message',
    tweet_create_events: 'Post',
    tweet_delete_events: 'Deleted post',
    'dm.received': 'Direct message',
    'dm.sent': 'Direct message from the account',
    'chat.received': 'Encrypted message',
    'chat.sent': 'Encrypted message from the account',
    'post.create': 'Post by the account',
    'post.mention.create': 'Mention',
    'post.reply.create': 'Reply',
    'post.quote.create': 'Quote',
    'post.repost.create': 'Repost',
    'post.delete': 'Deleted post',
    'oauth.revoke': 'Access withdrawn',
    user_event: 'Access withdrawn',
  } as Readonly<Record<string, string>>,
  unreadable: 'unreadable',
} as const
