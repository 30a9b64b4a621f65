import { access } from '../../lambdas/core/api/access.ts'

type Group = keyof typeof access.groups

/** The machines that may ask for a token, and their allowed scopes. */
export const machines = {
  helpdesk: { scopes: [scope('tickets')] },
  admin: { scopes: (Object.keys(access.scopes) as (keyof typeof access.scopes)[]).map(scope) },
} as const

export type MachineName = keyof typeof machines

export const machineNames = Object.keys(machines) as readonly MachineName[]

/** The machines that get a token unless others are asked for: everything only where nobody else reaches the stack. */
export const machinesBehind = (secrets: SignInSecrets): readonly MachineName[] =>
  secrets.file ? ['helpdesk'] : machineNames

/** The people who may sign in, by user name. */
export const people = {
  administrator: { groups: ['administrators'] },
  agent: { groups: ['agents'] },
  // A person without a group, as in AWS before an administrator assigns one.
  newcomer: { groups: [] },
} as const satisfies Record<string, { groups: readonly Group[] }>

export type PersonName = keyof typeof people

/** The groups of a person at this moment. */
export type GroupsOf = (person: PersonName) => readonly string[]

/** The client secrets of machines and the passwords of people, by name. */
export type SignInSecrets = {
  readonly of: Readonly<Record<MachineName | PersonName, string>>
  /** The file that has them. Undefined if they are the public ones. */
  readonly file?: string
  /** True if this start made them. */
  readonly areNew?: boolean
}

/** Whose secrets there are. */
export const secretOwners = Object.keys({ ...machines, ...people }) as (MachineName | PersonName)[]

/** The secrets of a stack that only this machine reaches. Everybody may know them. */
export const publicSecrets: SignInSecrets = { of: secretsBy(() => 'local') }

/** A secret for each machine and person. */
export function secretsBy(make: () => string): SignInSecrets['of'] {
  return Object.fromEntries(secretOwners.map((name) => [name, make()])) as SignInSecrets['of']
}

/** The console, a public client without a secret. Its scopes give no access to the API; the groups of a person do. */
export const consoleClient = { id: 'console', scopes: ['openid', 'profile', 'email'] } as const

export const isPerson = (name: unknown): name is PersonName => typeof name === 'string' && Object.hasOwn(people, name)

function scope(name: keyof typeof access.scopes): string {
  return `${access.resourceServer}/${name}`
}
