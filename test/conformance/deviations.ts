/** A difference from X's OpenAPI document that was seen at X, or that X's prose documents. */
export type Deviation = { readonly pattern: RegExp; readonly reason: string }

/** The old names of fields, which X still takes and gives, although its document has the new ones only. */
const oldNames = 'the old vocabulary: X still understands requests in it, and answers them in it'

export const deviations: readonly Deviation[] = [
  { pattern: /^GET \S+: query tweet\.fields is not documented$/, reason: oldNames },
  { pattern: /: query expansions\/\* "referenced_tweets\.id(\.author_id)?" is not documented$/, reason: oldNames },
  { pattern: /: query dm_event\.fields\/\* "(participant_ids|sender_id)" is not documented$/, reason: oldNames },
  {
    pattern: /: answer \/data(\/\*)?\/(edit_history_tweet_ids|referenced_tweets|note_tweet) is not documented$/,
    reason: oldNames,
  },
  { pattern: /: answer \/includes\/tweets is not documented$/, reason: oldNames },
  {
    pattern: /^GET \/2\/activity\/subscriptions: answer \/meta is not documented$/,
    reason: 'the pages of the list: X documents the token of the next page in the request only',
  },
  {
    pattern: /^POST \/2\/activity\/subscriptions: body \/event_type "oauth\.revoke" is not documented$/,
    reason: 'a public project subscribes to revocations so; the product stands a refusal',
  },
  {
    pattern:
      /^POST (\/oauth\/(request_token|access_token)|\/oauth2\/token|\/1\.1\/oauth\/invalidate_token\.json): the call is not/,
    reason: 'sign-in is documented in prose, not in this document',
  },
  {
    pattern: /: answer (400|403|404): is none of the documented errors$/,
    reason: 'recorded errors have `errors` beside the problem, or the type about:blank',
  },
]
