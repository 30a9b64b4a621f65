/** Everything that the console says. Another language is one file more, with the same names. */
export const words = {
  language: 'en-GB',
  product: 'Helpdesk',
  skip: 'Skip to content',
  menu: 'Pages',
  nav: { tickets: 'Tickets', channels: 'Channels', reports: 'Reports', extensions: 'Extensions' },
  signIn: 'Sign in',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  roles: { administrator: 'Administrator', agent: 'Agent' },
  loading: 'Loading…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  save: 'Save',
  saved: 'Saved',
  discard: 'Discard',
  showMore: 'Show more',
  showTable: 'Show as a table',
  newTab: '(opens in a new tab)',
  none: 'None',
  yes: 'Yes',
  units: { seconds: 's', minutes: 'min', hours: 'h', days: 'd' },
  leaving: {
    title: 'Leave without saving?',
    text: 'The changes on this page are not saved yet. They are lost when you leave.',
    yes: 'Leave',
    no: 'Stay',
    isDanger: true,
  },

  network: {
    offline: 'You are offline. What you see may be old; it is brought up to date as soon as there is a network again.',
    unreachable: 'The helpdesk cannot be reached just now. It is tried again by itself.',
  },
  over: {
    title: 'Your session has ended',
    text: 'Sign in again to go on. What you have written here is kept, and you come back to this page.',
  },
  entering: {
    failedTitle: 'You are not signed in',
    failed: 'The sign-in was not finished, or was begun in another tab. Begin again from here.',
    unreachable: 'The sign-in page cannot be reached. Check your network and try again.',
    noConfig: 'This console is not set up: its file config.json is missing. Tell whoever runs the helpdesk.',
    insecure: 'Signing in needs https (or localhost). Open the console at its https address.',
  },
  noGroup: {
    title: 'You have no access yet',
    text: (name: string) =>
      `You are signed in${name ? ` as ${name}` : ''}, but belong to no group of the helpdesk: you can neither read tickets nor write to customers.`,
    ask: 'Ask an administrator of the helpdesk to put you into the group «agents» (to answer customers) or «administrators» (to set up channels too). Then sign out and in again.',
  },
  forAdministrators: {
    title: 'For administrators',
    text: 'Only administrators can see and change this. Ask an administrator of the helpdesk to do it, or to put you into the group «administrators».',
    back: 'To the tickets',
  },
  notFound: {
    title: 'There is nothing here',
    text: 'The address leads to no page of the console.',
    back: 'To the tickets',
  },

  statuses: {
    new: 'New',
    open: 'Open',
    pending: 'Pending',
    on_hold: 'On hold',
    solved: 'Solved',
    closed: 'Closed',
    spam: 'Spam',
  },
  channelStates: { connected: 'Connected', needs_reconnection: 'Needs reconnection', disconnected: 'Disconnected' },
  kinds: { direct: 'Direct message', mention: 'Mention' },

  extensions: {
    title: 'Extensions',
    intro: 'What connects the helpdesk with the outside.',
    twitter: 'Direct messages and mentions of your X accounts become tickets, and agents answer them from here.',
    switch: 'Use the Twitter extension',
    on: 'On: messages that reach connected channels become tickets.',
    off: 'Off: no message becomes a ticket, and no channel can be added.',
    offMeans:
      'Messages that come while it is off are acknowledged to X and recorded for 7 days with the reason, but no ticket is made of them, also not later. Tickets that are there stay and can be answered.',
    askOff: {
      title: 'Switch the Twitter extension off?',
      text: 'Direct messages and mentions that come from now on make no tickets, also not when you switch it on again. No channel can be added. Tickets that are there stay.',
      yes: 'Switch off',
      isDanger: true,
    },
    manage: 'Manage channels',
    turnedOn: 'The Twitter extension is on.',
    turnedOff: 'The Twitter extension is off.',
  },

  channels: {
    title: 'Channels',
    intro: 'The X accounts whose messages become tickets.',
    add: 'Add Channel',
    choose: 'Which kind of channel?',
    twitter: 'Twitter',
    twitterText:
      'Direct messages and mentions of an X account. X asks you to allow it, with the account signed in there.',
    emptyTitle: 'No channel yet',
    emptyText: 'Add a channel to connect your X account: its direct messages and mentions then become tickets.',
    extensionOff: 'The Twitter extension is off: no channel can be added, and no message becomes a ticket.',
    toExtensions: 'To the extensions',
    lastMessage: 'Last message',
    noMessage: 'No message yet',
    settings: 'Settings',
    directMessages: 'Direct messages',
    mentions: 'Mentions',
    processed: 'Processed',
    on: 'on',
    off: 'off',
    dismiss: 'Dismiss',
  },

  /** Why connecting an account did not come to its end, and what to do: codes of the API. */
  connecting: {
    title: 'The account was not connected',
    cancelled: 'You pressed Cancel on X. Nothing was changed. Add the channel again when you want to allow it.',
    stale: 'It took too long, or the link was an old one. Add the channel again and allow it within 15 minutes.',
    repeated: 'This permission was used already. If the channel is not in the list, add it again.',
    foreign:
      'The permission was begun in another browser. Add the channel from the browser in which you are signed in at X.',
    missing_cookie:
      'Your browser did not bring back the cookie that protects connecting. Allow cookies for this page and add the channel again.',
    extension_disabled:
      'The Twitter extension was switched off meanwhile. Switch it on under Extensions and add the channel again.',
    refused_by_x:
      'X refused to connect the account. Check that the account is not locked or suspended on X, then add the channel again.',
    x_unreachable: 'X did not answer. Wait a few minutes and add the channel again.',
    webhook_limit:
      'The X app has no webhook left. Delete one that is no longer used in X’s developer portal, or choose a larger plan, then add the channel again.',
    webhook_unreachable:
      'X could not reach our webhook. Check that this address can be reached from the internet and that the consumer secret is the one of the X app.',
    subscription_limit:
      'The plan of the X app allows no further account. Disconnect a channel that is no longer needed, or choose a larger plan.',
    app_permissions:
      'The X app may not read and write direct messages. Give it «Read, Write and Direct Messages» in X’s developer portal, then add the channel again.',
    other:
      'Connecting did not come to its end. Add the channel again; if it happens again, tell whoever runs the helpdesk.',
  } as Record<string, string> & { title: string; other: string },

  channel: {
    back: 'Channels',
    missing: 'Channel',
    account: (username: string) => `@${username} on X`,
    since: 'Connected since',
    settingsTitle: 'Settings',
    name: 'Name',
    nameHint: 'How agents see the channel. Up to 255 characters.',
    nameFault: 'Give the channel a name of 1 to 255 characters.',
    directMessages: 'Direct messages',
    directMessagesHint: 'Direct messages to the account become tickets with the tag «Twitter:Direct».',
    mentions: 'Mentions',
    mentionsHint: 'Posts that mention the account become tickets with the tag «Twitter: Mention».',
    noMessages: 'No messages (h)',
    noMessagesHint:
      'Administrators get one mail when no new message came for so many hours, 1 to 720, with what was checked. Leave it empty for no mail.',
    noMessagesFault: 'Give whole hours from 1 to 720, or leave it empty.',
    unsaved: 'There are unsaved changes.',
    saved: 'The settings are saved.',
    reconnect: 'Reconnect',
    disconnect: 'Disconnect',
    needsReconnection: 'X no longer lets us use this account',
    needsReconnectionText:
      'Somebody took our access away on X, or changed it. New messages do not arrive and replies cannot be sent until the account is connected again. Settings and tickets stay.',
    disconnected: 'This channel is disconnected',
    disconnectedText:
      'No message comes in or goes out. Its tickets stay. Connect the account again to revive it with its settings.',
    access: 'Access to the account',
    accessText:
      'Connect again when X has withdrawn our access. Disconnecting ends it: X forgets the permission, tickets stay.',
    askDisconnect: (name: string) => ({
      title: `Disconnect ${name}?`,
      text: 'Messages to the account no longer become tickets, and its tickets can no longer be answered. Tickets and settings stay, and connecting the account again revives them.',
      yes: 'Disconnect',
      isDanger: true,
    }),
    disconnectedDone: 'The channel is disconnected.',
  },

  activity: {
    title: 'Activity',
    intro: 'What came in the last 14 days, by day (UTC).',
    received: 'Received',
    opened: 'Opened a ticket',
    joined: 'Joined a ticket',
    ignored: 'Ignored',
    unreadable: 'Unreadable',
    recovered: 'Recovered',
    sent: 'Replies sent',
    failed: 'Replies failed',
    unknown: 'Replies in doubt',
    day: 'Day',
    empty: 'Nothing came in these days.',
    chart: (total: number) => `Bars by day: ${total} events in 14 days, by what became of them`,
  },

  events: {
    title: 'Why no ticket?',
    intro: 'What came in the last 7 days and made no ticket, with the reason.',
    empty: 'Nothing was ignored. Whatever came became a ticket or joined one.',
    at: 'Time',
    kind: 'What',
    reason: 'Why no ticket',
    look: 'Look on X',
    kinds: {
      direct_message_events: 'Direct message',
      tweet_create_events: 'Post',
      tweet_delete_events: 'Deleted post',
      'dm.received': 'Direct message',
      'dm.sent': 'Direct message of the account',
      'chat.received': 'Encrypted message',
      'chat.sent': 'Encrypted message of the account',
      'post.create': 'Post of the account',
      'post.mention.create': 'Mention',
      'post.reply.create': 'Answer',
      'post.quote.create': 'Quote',
      'post.repost.create': 'Repost',
      'post.delete': 'Deleted post',
      'oauth.revoke': 'Access taken away',
      user_event: 'Access taken away',
    } as Record<string, string>,
    unreadable: 'Could not be read',
  },

  tickets: {
    title: 'Tickets',
    statusFilter: 'Status',
    all: 'All',
    tag: 'Tag',
    anyTag: 'All tags',
    channel: 'Channel',
    anyChannel: 'All channels',
    ofCustomer: (name: string) => `Customer: ${name}`,
    clear: 'Clear filters',
    removeFilter: (name: string) => `Remove the filter ${name}`,
    emptyTitle: 'No tickets here',
    emptyFiltered: 'No ticket fits these filters.',
    empty: 'As soon as somebody writes to a connected channel, or mentions it, a ticket appears here by itself.',
    noChannel: 'No account is connected yet. Add a channel, and its messages become tickets.',
    messages: (n: number) => (n === 1 ? '1 message' : `${n} messages`),
    list: 'Tickets, newest activity first',
    updated: (n: number) => (n === 1 ? '1 ticket has news' : `${n} tickets have news`),
  },

  ticket: {
    back: 'Tickets',
    missing: 'Ticket',
    conversation: 'Conversation',
    details: 'Details',
    status: 'Status',
    statusSaved: (status: string) => `The status is ${status}.`,
    tags: 'Tags',
    addTag: 'Add a tag',
    add: 'Add',
    removeTag: (tag: string) => `Remove the tag ${tag}`,
    tagsSaved: 'The tags are saved.',
    tagFault: 'A tag has 1 to 64 characters, and a ticket at most 20 tags.',
    customer: 'Customer',
    allOfCustomer: 'All tickets of this customer',
    profile: 'Profile on X',
    channel: 'Channel',
    opened: 'Opened',
    because: 'Why it was opened',
    previous: 'Earlier ticket',
    toPrevious: 'Go to the earlier ticket',
    older: 'This conversation continues an earlier ticket.',
    newMessages: (n: number) => (n === 1 ? '1 new message' : `${n} new messages`),
    newFrom: (name: string) => `New message from ${name}`,
    closed: 'This ticket is closed',
    closedText:
      'It cannot be answered. The next message of the customer opens a new ticket. You may open this one again as long as there is no later one.',
    openAgain: 'Open again',
    cut: 'Only the first 1000 messages are shown.',
  },

  message: {
    you: 'Helpdesk',
    onX: 'See on X',
    joined: 'Why it is here',
    firstEntry: 'First entry',
    encrypted: 'This message is encrypted from end to end. It can be read on X only.',
    openOnX: 'Read it on X',
    deleted: 'Deleted on X',
    edited: (n: number) => (n === 1 ? 'Edited once' : `Edited ${n} times`),
    earlier: 'Earlier wordings',
    quoted: 'Quoted post',
    parent: 'In answer to',
    besideMissing: 'Its text is not known here yet.',
    besideGone: 'X does not show it any more: it is deleted, protected or withheld.',
    to: (names: string) => `to ${names}`,
    recovered: 'X did not deliver it; it was found by looking for what is missing.',
    public: 'Public',
    private: 'Private',
    wroteOnX: 'Written on X itself',
    publicReply: 'Public reply',
    replyTo: (name: string) => `Public reply to ${name}`,
    replyToRest: (name: string) => `to ${name}`,
    noText: 'No text',
  },

  media: {
    photo: 'Picture',
    animated_gif: 'GIF',
    video: 'Video',
    alt: (kind: string, name: string) => `${kind} from ${name}`,
    pending: 'is being fetched from X',
    unavailable: 'cannot be fetched from X at the moment; it is tried again',
    broken: 'cannot be shown; open it in a new tab',
    play: 'Play the GIF',
    pause: 'Pause the GIF',
    open: 'Open in a new tab',
  },

  delivery: {
    pending: 'Sending…',
    waiting: 'Waiting',
    dueAt: 'looked at again at',
    sent: 'Sent',
    failed: 'Not sent',
    unknown: 'Sent or not?',
    unknownText:
      'X may have it: the answer of X got lost and looking for it was in vain. Look on X before you send it again, or the customer gets it twice.',
    retry: 'Retry',
    retryAnyway: 'Send again anyway',
    askRetry: {
      title: 'Send the reply again?',
      text: 'X may have it already. If you have looked on X and it is not there, send it again. Otherwise the customer gets it twice.',
      yes: 'It is not on X: send again',
      isDanger: true,
    },
    retried: 'The reply is being sent again.',
    attempts: (n: number) => `${n} attempts`,
  },

  reply: {
    direct: 'Reply by direct message',
    directHint: 'Only the customer sees it.',
    public: 'Public reply',
    publicHint: 'Everybody on X can see it.',
    placeholderDirect: 'Write to the customer…',
    placeholderPublic: 'Write a public reply…',
    send: 'Send',
    sendPublic: 'Reply publicly',
    close: 'Close the reply',
    shortcut: 'Ctrl + Enter sends',
    queued: 'The reply is on its way.',
    count: (n: number, max: number) => `${n} of ${max}`,
    left: (n: number) => (n < 0 ? `${-n} too many` : `${n} left`),
    tooLong: 'The text is too long for X.',
    empty: 'Write a text first.',
    checking: 'Checking…',
    ready: 'X would take it.',
    notAllowed: 'X does not let us answer this post.',
    quota: (remaining: number, limit: number) => `${remaining} of ${limit} left in X’s limit`,
    quotaUsed: (at: string) => `X’s limit is used up: it waits until ${at} and is then sent by itself.`,
    price: (usd: number, because: string) => `Costs $${usd.toFixed(usd < 0.1 ? 3 : 2)}: ${because}`,
    lost: 'It is not known whether the reply arrived. Send it again: it is the same reply and goes to the customer once.',
    draft: 'Draft kept',
    noRight: 'You cannot write to customers. Ask an administrator to put you into the group «agents».',
  },

  attachments: {
    add: 'Attach a picture, GIF or video',
    drop: 'Drop files here to attach them',
    remove: (name: string) => `Remove ${name}`,
    uploading: 'is being uploaded',
    failed: 'could not be uploaded',
    kind: 'is no picture, GIF or video that X takes (JPEG, PNG, WebP, GIF, MP4)',
    tooMany: 'X takes at most 4 pictures, or one GIF, or one video.',
    one: 'A direct message takes one file.',
    attached: (name: string) => `${name} is attached.`,
  },

  reports: {
    title: 'Reports',
    intro: 'Tickets opened in these days as they stand now, and how quickly their customers were answered.',
    from: 'From',
    to: 'To',
    by: 'Group by',
    groupings: { day: 'Day', channel: 'Channel', tag: 'Tag', status: 'Status' },
    figures: (grouping: string) => `Figures by ${grouping.toLowerCase()}`,
    opened: 'Opened',
    closed: 'Closed',
    messagesIn: 'Messages in',
    messagesOut: 'Replies',
    firstResponse: 'First response (median)',
    answered: 'Answered',
    total: 'Total',
    download: 'Download CSV',
    empty: 'No ticket was opened in this time. Choose other dates.',
    order: 'The first day must not be after the last one.',
    chart: 'Tickets opened and closed',
    histogram: 'Time to the first response',
    upTo: (span: string) => `≤ ${span}`,
    longer: 'longer',
    tickets: 'Tickets',
    days: 'Days are those of UTC.',
  },
} as const

/** What went wrong in words, and what to do about it. */
export function sayError({ status, detail }: { readonly status: number; readonly detail: string }): {
  title: string
  text: string
} {
  const said = detail ? `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.` : ''
  if (status === 0)
    return {
      title: 'No answer',
      text: 'The helpdesk could not be reached. Check your network and try again; nothing is lost.',
    }
  if (status === 401) return { title: words.over.title, text: words.over.text }
  if (status === 403)
    return { title: 'You may not do this', text: `${said} Ask an administrator of the helpdesk for the right.`.trim() }
  if (status === 404)
    return { title: 'Not found', text: `${said} It may have been removed, or the address is wrong.`.trim() }
  if (status === 409) return { title: 'That is not possible now', text: said || 'Somebody else changed it. Reload.' }
  if (status === 422 || status === 400) return { title: 'Something needs to be changed', text: said }
  if (status === 429) return { title: 'Too many requests', text: 'Wait a moment and try again.' }
  if (status === 502) return { title: 'X did not go along', text: said || 'Try again in a few minutes.' }
  if (status >= 500)
    return {
      title: 'The helpdesk has a problem',
      text: `${said} Try again in a moment; if it stays, tell whoever runs the helpdesk.`.trim(),
    }
  return { title: 'Something went wrong', text: `${said} Reload the page.`.trim() }
}
