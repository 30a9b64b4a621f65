import { access } from '../../lambdas/core/api/access.ts'

type Group = keyof typeof access.groups

/**
 * The machines that may ask for a token: their client secrets and allowed scopes.
 * The secrets are public: tokens of this issuer give access to this machine only.
 */
export const machines = {
  helpdesk: { secret: 'local', scopes: [scope('tickets')] },
  admin: { secret: 'local', scopes: (Object.keys(access.scopes) as (keyof typeof access.scopes)[]).map(scope) },
} as const

export type MachineName = keyof typeof machines

/** The people who may sign in, by user name. */
export const people = {
  administrator: { password: 'local', groups: ['administrators'] },
  agent: { password: 'local', groups: ['agents'] },
  // A person without a group, as in AWS before an administrator assigns one.
  newcomer: { password: 'local', groups: [] },
} as const satisfies Record<string, { password: string; groups: readonly Group[] }>

export type PersonName = keyof typeof people

/** The console, a public client without a secret. Its scopes give no access to the API; the groups of a person do. */
export const consoleClient = { id: 'console', scopes: ['openid', 'profile', 'email'] } as const

export const isPerson = (name: unknown): name is PersonName => typeof name === 'string' && Object.hasOwn(people, name)

/** True if tokens of this client are accepted by the API. */
export const isClient = (id: unknown): boolean =>
  typeof id === 'string' && (Object.hasOwn(machines, id) || id === consoleClient.id)

function scope(name: keyof typeof access.scopes): string {
  return `${access.resourceServer}/${name}`
}
