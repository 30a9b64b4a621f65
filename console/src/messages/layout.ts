/** What keeps messages from becoming tickets. */
export const healthMessages = {
  extensionOff: 'The Twitter extension is off',
  extensionOffText: 'New messages do not become tickets.',
  toExtensions: 'Go to extensions',
  lostAccess: (name: string) => `We lost access to the account of ${name}`,
  lostAccessText: 'Its new messages do not arrive, and replies cannot be sent until it is reconnected.',
  toChannel: 'Go to the channel',
  askAdministrator: 'Ask an administrator of the helpdesk.',
} as const

export const layoutMessages = {
  skipLink: 'Skip to content',
  navigation: 'Pages',
  pages: {
    tickets: 'Tickets',
    channels: 'Channels',
    reports: 'Reports',
    extensions: 'Extensions',
    webhooks: 'Webhooks',
    audit: 'Audit',
  },
  signedInAs: 'Signed in as',
  alerts: 'Notifications',
  roles: { administrator: 'Administrator', agent: 'Agent' },
  connection: {
    offline: 'You are offline. This page may be out of date. It updates when you are online again.',
    unreachable: 'The helpdesk does not answer. We keep trying; this page updates when it answers.',
  },
  stale: (time: string) => `The helpdesk does not answer as it should. This page is as of ${time}; we keep trying.`,
  shortcuts: {
    title: 'Keyboard shortcuts',
    keys: { j: 'Next ticket', k: 'Previous ticket', r: 'Write a reply', u: 'Back to the list', '/': 'Search' },
    help: 'This list',
    send: 'Send the reply',
    close: 'Close',
  },
  sessionExpired: {
    title: 'Your session has ended',
    text: 'Sign in again. You come back to this page, and the replies you are writing are kept.',
  },
  unsavedChanges: {
    title: 'Leave without saving?',
    text: 'You have unsaved changes on this page. If you leave, they are lost.',
    confirm: 'Leave',
    cancel: 'Stay',
    isDanger: true,
  },
} as const
