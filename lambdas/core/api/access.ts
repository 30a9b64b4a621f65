/** What somebody may do: `administrator` all, `agent` read tickets, answer, set status and tags. */
export type Role = 'administrator' | 'agent'

/** Who calls: the role, and whom to name as the author of a reply. */
export type Caller = { readonly role: Role; readonly id: string; readonly name: string }

/** Claims as the gateway hands them on: every value a string, lists as `[a b]`. */
export type Claims = Readonly<Record<string, unknown>>

const GROUPS: Readonly<Record<string, Role>> = { administrators: 'administrator', agents: 'agent' }
const SCOPES: Readonly<Record<string, Role>> = {
  'helpdesk-twitter/admin': 'administrator',
  'helpdesk-twitter/tickets': 'agent',
}

/**
 * Who calls, from the claims of a checked token: people by group (`cognito:groups`), machines by scope.
 * Null for a token that names neither. This is the one place in which claims are read.
 */
export function callerFrom(claims: Claims): Caller | null {
  const roles = [
    ...listIn(claims['cognito:groups']).map((group) => GROUPS[group]),
    ...listIn(claims.scope).map((scope) => SCOPES[scope]),
  ]
  const role = roles.includes('administrator') ? 'administrator' : roles.find((one) => one !== undefined)
  const id = textIn(claims.sub) ?? textIn(claims.client_id)
  if (!role || !id) return null
  return { role, id, name: textIn(claims.username) ?? textIn(claims.client_id) ?? id }
}

/** Whether a role suffices: administrators may do what agents may. */
export function may(role: Role, needed: Role): boolean {
  return role === 'administrator' || needed === 'agent'
}

/** API Gateway makes `[administrators agents]` of a list; scopes come separated by spaces. */
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
