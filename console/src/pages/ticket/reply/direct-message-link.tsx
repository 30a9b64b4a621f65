import type { Ticket } from '../../../../../client/src/calls.ts'
import { call } from '../../../api/client.ts'
import { useResource } from '../../../api/resource.ts'
import { ExternalLink } from '../../../components/external-link.tsx'
import { Icon } from '../../../components/icon.tsx'
import { directMessageUrl } from '../../../links.ts'
import { composerMessages as t } from '../../../messages/composer.ts'
import { ticketUrl } from '../../tickets/filters.tsx'

/**
 * From a mention to the direct messages with its author: to their ticket, or to X if there is none that can be answered.
 * A first direct message is written on X, since there is no ticket yet that it could be part of.
 */
export function DirectMessageLink({ ticket: { customer, channel } }: { ticket: Ticket }) {
  const query = { customerId: customer.id, channelId: channel.id, limit: 100 }
  const { value } = useResource(`${channel.id} ${customer.id}`, (signal) => call('GET /api/tickets', { query, signal }))
  if (!value) return null
  const direct = value.tickets.find(({ kind, status }) => kind === 'direct' && status !== 'closed')
  return (
    <span class="small direct-message" title={direct ? undefined : t.writeAs(channel.username)}>
      {direct ? (
        <a href={ticketUrl({}, direct.id)}>{t.writeDirectMessage}</a>
      ) : (
        <ExternalLink href={directMessageUrl(customer.id)}>
          {t.writeDirectMessage} <Icon name="external" size={14} />
          <span class="visually-hidden">{t.onX}</span>
        </ExternalLink>
      )}
    </span>
  )
}
