/** `agent`: read tickets, reply, set status and tags. `administrator`: everything. */
export type Role = 'administrator' | 'agent'

/** The caller of the API: the role, and the author of replies. */
export type Caller = { readonly role: Role; readonly id: string; readonly name: string }

/** The claims of a token. API Gateway passes every value as a string and lists as `[a b]`. */
export type Claims = Readonly<Record<string, unknown>>

const GROUPS: Readonly<Record<string, Role>> = { administrators: 'administrator', agents: 'agent' }
const SCOPES: Readonly<Record<string, Role>> = {
  'helpdesk-twitter/admin': 'administrator',
  'helpdesk-twitter/tickets': 'agent',
}

/**
 * The caller, from the claims of a verified token: people by group (`cognito:groups`), programs by scope.
 * Null if the token has no known group or scope. Nothing else reads claims.
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

/** True if a role is sufficient. Administrators may do what agents may. */
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
