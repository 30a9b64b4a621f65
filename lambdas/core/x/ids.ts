/**
 * X's ids are decimal numbers that may exceed 2^53, so we always keep them as strings. Source:
 * https://docs.x.com/fundamentals/x-ids.
 */
export const X_ID = /^(0|[1-9]\d{0,39})$/

/** True if a value is an id of X as a string. A number is refused: parsing JSON may have rounded it. */
export function isXId(value: unknown): value is string {
  return typeof value === 'string' && X_ID.test(value)
}

/** The time at which X's snowflake ids begin: 2010-11-04T01:42:54.657Z. */
const SNOWFLAKE_EPOCH_MS = 1288834974657n

/** The position of an id in a conversation: a string that sorts as the number does, whatever its length. */
export function positionOfId(id: string): string {
  return `${String(id.length).padStart(2, '0')}${id}`
}

/**
 * The position of an id that X would give at that time: for messages without an id of X.
 * @param milliseconds since 1970
 */
export function positionOfTime(milliseconds: number): string {
  const since = BigInt(Math.trunc(milliseconds)) - SNOWFLAKE_EPOCH_MS
  return positionOfId(since > 0n ? String(since << 22n) : '0')
}

/** The position right after another. */
export function positionAfter(position: string): string {
  return positionOfId(String(BigInt(position.slice(2)) + 1n))
}

/** The address of a post on X. It needs no author's handle. */
export function postUrlOf(id: string): string {
  return `https://x.com/i/status/${id}`
}

/** The id of an account's channel. It is derived from the account, so connecting again finds the same channel. */
export function channelIdOf(twitterUserId: string): string {
  return `twitter-${twitterUserId}`
}

/** X's id of the account of a channel. */
export function userIdOf(channelId: string): string {
  return channelId.slice('twitter-'.length)
}
