/**
 * X's ids are decimal numbers beyond 2^53 and travel as strings, always.
 * Source: X's docs, "Twitter IDs (snowflake)".
 */
const X_ID = /^(0|[1-9]\d{0,39})$/

/** Whether a value is an id of X as a string. A number never is: JSON has rounded it already. */
export function isXId(value: unknown): value is string {
  return typeof value === 'string' && X_ID.test(value)
}

/** Milliseconds at which X's snowflake ids begin (2010-11-04T01:42:54.657Z). */
const SNOWFLAKE_EPOCH = 1288834974657n

/** The place of an X id in a conversation: a string that sorts as the number does, whatever its length. */
export function positionOfId(id: string): string {
  return `${String(id.length).padStart(2, '0')}${id}`
}

/** The place at which an X id made at that time (ms since 1970) would stand: for what has no id of X of its own. */
export function positionOfTime(milliseconds: number): string {
  const since = BigInt(Math.trunc(milliseconds)) - SNOWFLAKE_EPOCH
  return positionOfId(since > 0n ? String(since << 22n) : '0')
}

/** The place right behind another. */
export function positionAfter(position: string): string {
  return positionOfId(String(BigInt(position.slice(2)) + 1n))
}

/** The address of a post on X, whoever wrote it. */
export function postUrlOf(id: string): string {
  return `https://x.com/i/status/${id}`
}

/** The id of the channel of an X account: it follows from the account, so connecting it again finds the same channel. */
export function channelIdOf(twitterUserId: string): string {
  return `twitter-${twitterUserId}`
}
