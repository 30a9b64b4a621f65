export const signInMessages = {
  title: 'You are not signed in',
  failed: 'Sign-in did not finish, or you started it in another tab. Sign in again from here.',
  unreachable: 'The sign-in page does not answer. Check your network and try again.',
  noConfig: 'This console is not set up: its file config.json is missing. Tell the person who runs the helpdesk.',
  insecure: 'Sign-in works only over https (or on localhost). Open the console at its https address.',
} as const

export const noAccessMessages = {
  title: 'You have no access yet',
  text: (name: string) =>
    `You are signed in${name ? ` as ${name}` : ''}, but you are in no group of the helpdesk. You cannot read tickets or answer customers.`,
  nextStep:
    'Ask an administrator of the helpdesk to add you to the group «agents» (answers customers) or «administrators» (also sets up channels). Then sign out and sign in again.',
} as const

export const administratorsOnlyMessages = {
  title: 'For administrators',
  text: 'Only administrators can see and change this.',
  nextStep: 'Ask an administrator to do it, or to add you to the group «administrators».',
} as const

export const notFoundMessages = {
  title: 'Page not found',
  text: 'The console has no page at this address.',
} as const

export const errorPageMessages = { toTickets: 'Go to tickets' } as const
