/** The page of a ticket and its details. */
export const ticketMessages = {
  back: 'Tickets',
  titleWhileLoading: 'Ticket',
  details: 'Details',
  status: 'Status',
  statusSaved: (status: string) => `Status set to ${status}.`,
  tags: 'Tags',
  addTag: 'Add a tag',
  add: 'Add',
  removeTag: (tag: string) => `Remove the tag ${tag}`,
  tagsSaved: 'Tags saved.',
  tagError: 'A tag has 1 to 64 characters. A ticket has at most 20 tags.',
  allOfCustomer: 'All tickets of this customer',
  profile: 'Profile on X',
  channel: 'Channel',
  opened: 'Opened',
  openedBecause: 'Why it was opened',
  previous: 'Earlier ticket',
  toPrevious: 'Go to the earlier ticket',
  continuesPrevious: 'This conversation continues an earlier ticket.',
} as const

export const conversationMessages = {
  title: 'Conversation',
  newMessages: (n: number) => (n === 1 ? '1 new message' : `${n} new messages`),
  newFrom: (name: string) => `New message from ${name}`,
  showEarlier: 'Show earlier messages',
  closed: 'This ticket is closed',
  closedText:
    'You cannot answer it. The customer’s next message opens a new ticket. You can reopen this ticket until there is a later one.',
  reopen: 'Reopen',
  helpdesk: 'Helpdesk',
  seeOnX: 'See on X',
  joinedBecause: 'Why it is here',
  firstEntry: 'First entry',
  readOnX: 'Read on X',
  deleted: 'Deleted on X',
  edited: (n: number) => (n === 1 ? 'Edited once' : `Edited ${n} times`),
  earlierVersions: 'Earlier versions',
  quoted: 'Quoted post',
  parent: 'In reply to',
  referencePending: 'We do not have its text yet.',
  referenceUnavailable: 'X no longer shows this post: it is deleted, protected or withheld.',
  addressees: (names: string) => `to ${names}`,
  recovered: 'X did not deliver this message. We found it when we checked for missing messages.',
  writtenOnX: 'Written on X',
  publicReply: 'Public reply',
  publicReplyTo: (name: string) => `to ${name}`,
  noText: 'No text',
} as const

export const mediaMessages = {
  photo: 'Picture',
  animated_gif: 'GIF',
  video: 'Video',
  alt: (kind: string, name: string) => `${kind} from ${name}`,
  pending: 'is downloading from X',
  unavailable: 'cannot be downloaded from X right now. We try again.',
  broken: 'cannot be shown here. Open it in a new tab.',
  play: 'Play the GIF',
  pause: 'Pause the GIF',
  open: 'Open in a new tab',
} as const

export const deliveryMessages = {
  pending: 'Sending…',
  waiting: 'Waiting',
  nextTry: (time: string) => `Next try ${time}`,
  sent: 'Sent',
  failed: 'Not sent',
  unknown: 'Outcome unknown',
  unknownText:
    'We could not find out whether X has it. Look on X before you send it again; otherwise the customer may get it twice.',
  retry: 'Retry',
  retryAnyway: 'Send again anyway',
  confirmRetry: {
    title: 'Send the reply again?',
    text: 'X may already have it. Look on X first. If it is there and you send again, the customer gets it twice.',
    confirm: 'It is not on X: send again',
    isDanger: true,
  },
  retried: 'Sending the reply again.',
} as const

export const replyMessages = {
  direct: 'Reply by direct message',
  directHint: 'Only the customer sees it.',
  publicTo: (name: string) => `Public reply to ${name}`,
  publicHint: 'Everybody on X can see it.',
  directPlaceholder: 'Write to the customer…',
  publicPlaceholder: 'Write a public reply…',
  send: 'Send',
  sendPublic: 'Reply publicly',
  close: 'Close the reply',
  shortcut: 'Ctrl + Enter sends',
  queued: 'Sending your reply.',
  charactersLeft: (n: number) => (n < 0 ? `${-n} characters too many` : `${n} characters left`),
  tooLong: 'The text is too long for X.',
  notAllowed: 'X does not allow us to reply to this post.',
  quota: (remaining: number, limit: number, ofApp: boolean) =>
    `X’s limit${ofApp ? ' for all channels' : ''}: ${remaining} of ${limit} left`,
  quotaUsed: (time: string, ofApp: boolean) =>
    `X’s limit${ofApp ? ' for all channels' : ''} is used up. We send the reply at ${time}.`,
  price: (usd: number, reason: string) => `Costs $${usd.toFixed(usd < 0.1 ? 3 : 2)}: ${reason}`,
  noAnswer: 'We do not know whether the reply arrived. Send it again: the customer gets it only once.',
  noAccess: 'You cannot answer customers. Ask an administrator to add you to the group «agents».',
} as const

export const attachmentMessages = {
  add: 'Attach a picture, GIF or video',
  remove: (name: string) => `Remove ${name}`,
  uploading: 'is uploading',
  failed: 'Upload failed.',
  wrongType: (name: string) => `X does not accept ${name}. Attach a JPEG, PNG, WebP, GIF or MP4 file.`,
  tooMany: 'X accepts at most 4 pictures, or one GIF, or one video.',
  onlyOne: 'A direct message can have only one file.',
  attached: (name: string) => `${name} is attached.`,
} as const
