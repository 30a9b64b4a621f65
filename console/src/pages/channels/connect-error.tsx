import { useLocation } from 'preact-iso'
import { Button } from '../../components/button.tsx'
import { Notice } from '../../components/notice.tsx'
import { connectErrors, channelsMessages as t } from '../../messages/channels.ts'

/** Why an account was not connected. The API redirects here with the code of the reason in the URL. */
export function ConnectError() {
  const { path, query, route } = useLocation()
  const code = query.error
  if (!code) return null
  return (
    <Notice
      tone={code === 'cancelled' ? 'info' : 'danger'}
      title={connectErrors.title}
      actions={
        <Button small onClick={() => route(path, true)}>
          {t.dismiss}
        </Button>
      }
    >
      {reasonOf(code, query)} {code === 'subscription_limit' && subscriptionNumbers(query)}
    </Notice>
  )
}

function reasonOf(code: string, { username = '' }: Readonly<Record<string, string>>): string | undefined {
  const { reasons, otherAccount, other } = connectErrors
  // The address can be anybody's: only what may be a username is shown.
  if (code === 'other_account' && /^\w{1,50}$/.test(username)) return otherAccount(username)
  return Object.hasOwn(reasons, code) ? reasons[code] : other
}

/** X's limit of subscriptions in numbers, as the API puts them into the address; null if they are not all there. */
function subscriptionNumbers(query: Readonly<Record<string, string>>): string | null {
  const [total, others, fit, channels] = ['total', 'others', 'fit', 'channels'].map((name) => query[name] ?? '')
  if (![total, others, fit, channels].every((value) => /^\d{1,7}$/.test(value ?? ''))) return null
  return connectErrors.subscriptionNumbers(Number(total), Number(others), Number(fit), Number(channels))
}
