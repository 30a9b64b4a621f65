/**
 * Texts of the console that several pages show. The other files of this folder hold the texts of one page each.
 * To add a language, translate the files of this folder; names and functions stay.
 */
export const commonMessages = {
  language: 'en-GB',
  product: 'Helpdesk',
  signIn: 'Sign in',
  signOut: 'Sign out',
  loading: 'Loading…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  save: 'Save',
  discard: 'Discard',
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser did not copy it. It is marked now: copy it yourself.',
  notDone: 'What you did on the page before failed.',
  showMore: 'Show more',
  showTable: 'Show as a table',
  newTab: '(opens in a new tab)',
  units: { seconds: 's', minutes: 'min', hours: 'h', days: 'd' },
  statuses: {
    new: 'New',
    open: 'Open',
    pending: 'Pending',
    on_hold: 'On hold',
    solved: 'Solved',
    closed: 'Closed',
    spam: 'Spam',
  },
  channelStatuses: { connected: 'Connected', needs_reconnection: 'Needs reconnection', disconnected: 'Disconnected' },
  kinds: { direct: 'Direct message', mention: 'Mention' },
} as const
