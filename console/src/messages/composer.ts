/** The form below a conversation, and what agents do with replies that were not sent. */
export const composerMessages = {
  sendAndSolve: 'Send and solve',
  removeLinks: (n: number) => (n === 1 ? 'Remove link' : 'Remove links'),
  writeDirectMessage: 'Write a direct message',
  onX: 'on X',
  writeAs: (username: string) => `There is no open ticket of direct messages. On X, write as @${username}.`,
  uploadFailed: 'A file was not uploaded. Remove it or add it again, then send.',
  noEntry: 'All posts of the customer are deleted, so there is none that you could answer.',
  colleagueReplied: (name: string, text: string) => ({
    title: `${name || 'Somebody'} has replied meanwhile`,
    text: `«${text}». Do you still want to send your reply?`,
    confirm: 'Send mine too',
    cancel: 'Do not send',
  }),
  change: 'Change',
  changed: 'The text is in the reply below. The failed reply is given up.',
  filesStay: 'Its files are not taken along: add them again.',
  discard: 'Discard',
  confirmDiscard: {
    title: 'Discard this reply?',
    text: 'It is not sent. It stays in the conversation, marked as cancelled.',
    confirm: 'Discard',
    isDanger: true,
  },
  cancelReply: 'Cancel this reply',
  isOnX: 'It is on X',
  resolved: { sent: 'Marked as sent.', cancelled: 'The reply is cancelled.' },
} as const
