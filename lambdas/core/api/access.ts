/** `administrator` may do everything; `agent` may read tickets, reply, set status and tags. */
export type Role = 'administrator' | 'agent'

/** The caller: the role, and the name that stands as the author of a reply. */
export type Caller = { readonly role: Role; readonly id: string; readonly name: string }

type Grant = { readonly role: Role; readonly description: string }

const everything: Grant = { role: 'administrator', description: 'Everything, channels and settings included' }
const tickets: Grant = { role: 'agent', description: 'Read tickets and messages, reply, set status and tags' }

/**
 * What a token of the API may carry, and the role that it gives: groups of people, scopes of machines
 * (`RESOURCE_SERVER/SCOPE`). The stack deploys it, `local/` issues it, and `callerFrom` reads it.
 */
export const access = {
  groups: { administrators: everything, agents: tickets },
  resourceServer: 'helpdesk-twitter',
  scopes: { tickets, admin: everything },
} as const

const rolesByGroup = new Map(Object.entries(access.groups).map(([group, { role }]) => [group, role]))
const rolesByScope = new Map(
  Object.entries(access.scopes).map(([scope, { role }]) => [`${access.resourceServer}/${scope}`, role]),
)

/** Claims as API Gateway passes them: every value a string, lists as `[a b]`. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * The caller from the claims of a verified token: people by group (`cognito:groups`), machines by scope.
 * Null for a token with neither. No other code reads claims.
 */
export function callerFrom(claims: Claims): Caller | null {
  const roles = [
    ...listIn(claims['cognito:groups']).map((group) => rolesByGroup.get(group)),
    ...listIn(claims.scope).map((scope) => rolesByScope.get(scope)),
  ]
  const role = roles.includes('administrator') ? 'administrator' : roles.find((one) => one !== undefined)
  const id = textIn(claims.sub) ?? textIn(claims.client_id)
  if (!role || !id) return null
  return { role, id, name: textIn(claims.username) ?? textIn(claims.client_id) ?? id }
}

/** True if the role is enough: administrators may do what agents may. */
export function may(role: Role, needed: Role): boolean {
  return role === 'administrator' || needed === 'agent'
}

/** API Gateway turns a list into `[administrators agents]`; scopes are separated by spaces. */
function listIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return (
    textIn(value)
      ?.replace(/^\[(.*)\]$/s, '$1')
      .split(/[\s,]+/)
      .filter(Boolean) ?? []
  )
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
