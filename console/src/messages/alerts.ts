/** How a person is told while they do something else. */
export const alertsMessages = {
  title: 'Notifications',
  number: 'Number in the title of the tab',
  numberHint: 'How many customers wait for an answer.',
  notify: 'Notifications of your browser',
  notifyHint:
    'When a customer writes while you look at something else; within a minute. They show the beginning of the message.',
  unsupported: 'Your browser has none for pages.',
  denied:
    'Your browser blocks notifications of this page. Allow them in its settings for this address, then try again.',
  close: 'Close',
  from: (name: string) => `New message from ${name}`,
  many: (n: number) => `New messages in ${n} tickets`,
} as const
