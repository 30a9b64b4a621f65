import { access } from '../../lambdas/core/api/access.ts'

type Group = keyof typeof access.groups

/**
 * The machines that may ask for a token, with which password, and the scopes they may have at most.
 * The passwords here are public: tokens of this issuer open nothing but the machine on which it runs.
 */
export const machines = {
  helpdesk: { secret: 'local', scopes: [scope('tickets')] },
  admin: { secret: 'local', scopes: (Object.keys(access.scopes) as (keyof typeof access.scopes)[]).map(scope) },
} as const

export type MachineName = keyof typeof machines

/** The people who may sign in, by the name they type. */
export const people = {
  administrator: { password: 'local', groups: ['administrators'] },
  agent: { password: 'local', groups: ['agents'] },
  // Has an account and nothing else yet, as in AWS before an administrator has chosen a group.
  newcomer: { password: 'local', groups: [] },
} as const satisfies Record<string, { password: string; groups: readonly Group[] }>

export type PersonName = keyof typeof people

/** The program through which people sign in: the web page, which keeps no secret. Its scopes open nothing, people's groups do. */
export const consoleClient = { id: 'console', scopes: ['openid', 'profile', 'email'] } as const

export const isPerson = (name: unknown): name is PersonName => typeof name === 'string' && Object.hasOwn(people, name)

/** Whether a token of this client is one for the API. */
export const isClient = (id: unknown): boolean =>
  typeof id === 'string' && (Object.hasOwn(machines, id) || id === consoleClient.id)

function scope(name: keyof typeof access.scopes): string {
  return `${access.resourceServer}/${name}`
}
