/** The checklist of the setup. What was found and what to do, the API says. */
export const setupMessages = {
  title: 'Setup',
  back: 'Channels',
  intro:
    'What must be done once before messages become tickets. We have just asked X and AWS. That changes nothing, and X charges nothing for it.',
  again: 'Check again',
  progress: (done: number, all: number) => `${done} of ${all} steps done`,
  allDone: 'Everything is set up',
  allDoneText: 'Messages to your accounts become tickets.',
  toTickets: 'Go to the tickets',
  states: { done: 'Done', missing: 'To do', not_known: 'Not known' },
  todo: 'What to do',
  callback: 'Callback address',
  webhook: 'Webhook address',
  xConsole: 'Open X’s developer console',
  aboutApps: 'X about keys, permissions and callback addresses',
  mailIdentities: 'Open SES in AWS',
  toChannels: 'Go to channels',
} as const
