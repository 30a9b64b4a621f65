/** The text as a web URL; null for anything else, such as `javascript:`. Texts of customers may hold any URL. */
export function webUrl(text: string | null | undefined): string | null {
  if (!text || !URL.canParse(text)) return null
  const { protocol, href } = new URL(text)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}

/** URL of a post on X; null when the ID is no post ID. X finds the post without its author too. */
export function postUrl(id: string | null | undefined, username?: string | null): string | null {
  return id && /^\d+$/.test(id) ? `https://x.com/${encodeURIComponent(username ?? 'i')}/status/${id}` : null
}

export const profileUrl = (username: string): string => `https://x.com/${encodeURIComponent(username)}`

/** Where X lets who is signed in there write a direct message to a person. @param userId of X */
export const directMessageUrl = (userId: string): string =>
  `https://x.com/messages/compose?recipient_id=${encodeURIComponent(userId)}`

/** The parameters that have a value. */
export const givenIn = (query: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1])))

/** The address of a page with what it is to show; empty values are left out. */
export function withQuery(path: string, query: Parameters<typeof givenIn>[0]): string {
  const given = new URLSearchParams(givenIn(query)).toString()
  return given ? `${path}?${given}` : path
}
