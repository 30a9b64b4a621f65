/** How a sign-in at X ended, and where the browser goes then. */
import type { XError } from '../../core/ports/x.ts'
import { channelsThatFit, type SubscriptionUse } from '../../core/x/subscriptions.ts'

/** Why an account was not connected, in the redirect to the console. */
export type Failure =
  | 'cancelled'
  | 'stale'
  | 'repeated'
  | 'foreign'
  | 'missing_cookie'
  | 'extension_disabled'
  | 'refused_by_x'
  | 'x_unreachable'
  | 'webhook_limit'
  | 'webhook_unreachable'
  | 'subscription_limit'
  | 'app_permissions'
  | 'other_account'

/** How a sign-in ended. With a failure, the channel is the one that was to be connected again; null to add one. */
export type Outcome =
  | { readonly channelId: string }
  | {
      readonly failure: Failure
      readonly channelId: string | null
      readonly use?: SubscriptionUse
      readonly username?: string
    }

/** The reason for people by what X says. */
export function failureOf({ status, detail }: XError): Failure {
  if (status === null || status >= 500) return 'x_unreachable'
  if (/WebhookLimitExceeded/i.test(detail)) return 'webhook_limit'
  if (/CrcValidationFailed|UrlValidationFailed/i.test(detail)) return 'webhook_unreachable'
  if (/SubscriptionLimitExceeded/i.test(detail)) return 'subscription_limit'
  if (/oauth1-permissions|app permissions/i.test(detail)) return 'app_permissions'
  return 'refused_by_x'
}

/**
 * The page of the console that says how it ended: that of the channel, unless one was to be added and was not. Of X's
 * limit of subscriptions it gets the numbers, of another account its username.
 */
export function consolePage(outcome: Outcome): string {
  const page = outcome.channelId === null ? '/channels' : `/channels/${outcome.channelId}`
  if (!('failure' in outcome)) return page
  const { failure, use, username } = outcome
  const numbers = use && {
    total: String(use.total),
    others: String(use.others),
    channels: String(use.channels),
    fit: String(channelsThatFit(use)),
  }
  return `${page}?${new URLSearchParams({ error: failure, ...numbers, ...(username ? { username } : {}) })}`
}
