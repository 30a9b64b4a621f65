export const extensionsMessages = {
  title: 'Extensions',
  intro: 'Connections between the helpdesk and other services.',
  twitter: 'Direct messages to your X accounts and posts that mention them become tickets. Agents answer them here.',
  switch: 'Use the Twitter extension',
  on: 'On: messages to connected channels become tickets.',
  off: 'Off: messages do not become tickets, and you cannot add channels.',
  offMeans:
    'While the extension is off, we record new messages for 7 days with the reason, but they never become tickets. You can still answer existing tickets.',
  confirmOff: {
    title: 'Switch the Twitter extension off?',
    text: 'New direct messages and mentions do not become tickets, not even after you switch it on again. You cannot add channels. Existing tickets stay.',
    confirm: 'Switch off',
    isDanger: true,
  },
  manageChannels: 'Manage channels',
  switchedOn: 'The Twitter extension is on.',
  switchedOff: 'The Twitter extension is off.',
} as const
