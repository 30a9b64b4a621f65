/** `agent`: read tickets, reply, set status and tags. `administrator`: everything. */
export type Role = 'administrator' | 'agent'

/** Whoever has a token: the id of a person or client, and the name that others read. */
export type Identity = { readonly id: string; readonly name: string }

/** The caller of the API: the role, and the author of replies. */
export type Caller = Identity & { readonly role: Role }

/** The claims of a token. API Gateway passes every value as a string and lists as `[a b]`. */
export type Claims = Readonly<Record<string, unknown>>

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

/**
 * True for an access token. An ID token has the same signature, audience and groups, but it is for the client that asked
 * for it, and API Gateway lets it in.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
export function isAccessToken({ token_use: use }: Claims): boolean {
  return use === 'access'
}

/**
 * The caller, from the claims of a verified access token: people by group (`cognito:groups`), programs by scope.
 * Null if the token has no known group or scope. Nothing else reads claims.
 */
export function callerFrom(claims: Claims): Caller | null {
  const roles = [
    ...listIn(claims['cognito:groups']).map((group) => rolesByGroup.get(group)),
    ...listIn(claims.scope).map((scope) => rolesByScope.get(scope)),
  ]
  const role = roles.includes('administrator') ? 'administrator' : roles.find((one) => one !== undefined)
  const identity = identityFrom(claims)
  return role && identity ? { role, ...identity } : null
}

/** Whose token it is; null if the claims do not say. */
export function identityFrom(claims: Claims): Identity | null {
  const id = textIn(claims.sub) ?? textIn(claims.client_id)
  return id ? { id, name: textIn(claims.username) ?? textIn(claims.client_id) ?? id } : null
}

/** When the person signed in whose access token it is, in seconds since 1970; null for a machine. */
export function signedInAt({ username, auth_time: at }: Claims): number | null {
  const seconds = Number(at)
  return textIn(username) && Number.isSafeInteger(seconds) && seconds > 0 ? seconds : null
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
