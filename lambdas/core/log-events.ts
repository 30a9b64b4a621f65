/** Every event that the product logs (`message.event` of a line), and what it means. Alarms and metrics count some of them. */
export const logEvents = {
  received:
    'The webhook queued a delivery of X; `counted` names what can never concern a ticket, `signedBy` the secret: `current` or `previous`.',
  refused: 'The webhook refused a request: wrong signature, odd challenge, wrong method.',
  outage_not_noted: 'The webhook could not store since when it fails; it tries again with the next delivery.',
  previous_secret_not_noted:
    'The webhook could not store that X signed with the previous secret; it tries again with the next delivery.',
  gap_noted:
    'The gateway had turned deliveries away, or the webhook did not run: what came meanwhile is fetched in the next run.',
  routed: 'The router decided on an event of X: `outcome` and `reason`.',
  deferred_routed: 'What an event had waited for came, and the router decided on it again: `outcome` and `reason`.',
  media_not_queued: 'Media or a look-up could not be queued; `requeue` brings it within a minute.',
  media_downloaded: 'A file of a customer was stored in the bucket, or X did not give it: `outcome`.',
  media_uploaded: 'The files of a reply are at X, or must wait, or X refused them: `outcome`.',
  content_deleted: 'The content of a message was deleted, a hold after X told that its post was.',
  message_completed: 'X was asked for what it had left out of a message.',
  reply_processed: 'The sender worked on a reply: `outcome` and `reason`.',
  reply_not_queued: 'A new reply could not be queued; `requeue` brings it within a minute.',
  reply_rejected: 'The API refused a reply that X would refuse.',
  verification_failed: 'X could not be asked whether it has a reply whose outcome is unknown.',
  requeued: 'How many replies, media and deletions on X were due and went back to their queues.',
  chat_key_state:
    'What a channel can do with encrypted messages has changed: `state` and `reason`. With `replaced_on_x` and `refused_by_x` an administrator must act, and gets a mail.',
  chat_read_again: 'After a key was entered: `queued` notices of the last days are read again.',
  chat_not_read_again: 'Notices of the last days could not be queued; «Read now» on each still reads it.',
  connected: 'An account was connected.',
  disconnected: 'An account was disconnected.',
  connecting_failed: 'X refused to connect an account.',
  administrators_notified: 'A mail to the administrators left.',
  no_administrators: 'There was something to tell, and no administrator is configured.',
  mail_failed: 'A mail to the administrators could not be sent; the next run tries again.',
  reconciled:
    'A run of `reconcile` ended: of `channels`, `attended` had their turn, `failed` failed, `left` wait for the next run.',
  mentions_polled:
    'A run of `mentions` ended, in the same numbers; `left` are also those that X refused because of a limit.',
  inactivity_reported:
    'A run of `inactivity` ended, in the same numbers; `channels` are those with something to report.',
  erased: 'A run of `erase` ended: it worked for so many `customers` and erased so many old `tickets`.',
  customer_erased: 'The erasure of a customer is finished; `erasure` is its id.',
  message_gone: 'What is left to do for a message came after the message was erased; nothing is done.',
  moved: 'Accounts were moved off the Account Activity API: their old subscriptions ended.',
  subscription_unlisted:
    'X says that a subscription exists, or accepted it, and does not list it; the next run looks again.',
  subscriptions_removed: 'Subscriptions that nobody needs were removed: `orphans` of no channel, `duplicates`.',
  repaired: 'The webhook or a subscription was broken and works again.',
  repair_failed: 'The webhook, a subscription or access is broken; with `mustAct` only a person can repair it.',
  backfilled: 'One of X’s lists had something for a channel: `queued` events.',
  x_call_failed: 'X refused a call, did not answer, or answered incompletely; the next run tries again.',
  list_restarted:
    'X no longer gives the page of a list at which we were, or leads back to one: it is read from its beginning.',
  replay_requested: 'X was asked to deliver again what an outage held.',
  replay_ended: 'X told that a replay ended: `end`. What is incomplete is requested again.',
  replay_waits: 'X replays only what is old enough; asked again at `until`.',
  replay_refused: 'X refused to replay; the next run asks again.',
  replay_given_up: 'The outage is older than X replays.',
  retry_late: 'The failed messages of a batch come again only after the visibility time-out: SQS refused to change it.',
  event_delivered: 'An endpoint was called with an event: `outcome`, `status`, `error`.',
  endpoint_disabled: 'An endpoint took no event for 24 hours and gets none any more.',
  usedesk_received: 'Usedesk told something: `what`.',
  usedesk_taken:
    'What Usedesk told was worked on: `outcome`. With `given_up` an answer of an agent did not reach its customer.',
  usedesk_looked: 'Tickets that changed in Usedesk were read: `found` had come by no webhook.',
  change_unreadable: 'A change of the table could not be read, so no event tells it: `error`.',
  failed: 'Something unexpected failed: `error`, `stack`. What it worked on comes again.',
} as const

/** The name of an event in a log line. */
export type LogEvent = keyof typeof logEvents

/** One line of log; never with a text, a token or a secret of anybody. */
export type LogEntry = { readonly event: LogEvent } & Readonly<Record<string, unknown>>

/** What became of an event of X, in `routed`. */
export type RoutedOutcome =
  | 'opened'
  | 'joined'
  | 'outgoing'
  | 'edited'
  | 'deleted'
  | 'settled'
  | 'revoked'
  | 'repeated'
  | 'reply_failed'
  | 'counted'
  | 'ignored'
  | 'unreadable'

/** What became of what Usedesk told, in `usedesk_taken`. */
export type UsedeskOutcome =
  | 'reply'
  | 'refused'
  | 'repeated'
  | 'status'
  | 'echo'
  | 'stays_closed'
  | 'no_status_of_ours'
  | 'not_ours'
  | 'failed'
  | 'given_up'
