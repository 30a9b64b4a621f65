import '../../style/ticket.css'
import type { ComponentChildren } from 'preact'
import type { Customer, Profile } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { Avatar } from '../../components/avatar.tsx'
import { StatusBadge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { ExternalLink } from '../../components/external-link.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Card, Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { profileUrl } from '../../links.ts'
import { commonMessages } from '../../messages/common.ts'
import { customerMessages as t } from '../../messages/customer.ts'
import { ticketMessages } from '../../messages/ticket.ts'
import { xActionMessages } from '../../messages/x-actions.ts'
import { Block } from '../ticket/details/block.tsx'

/** A customer: who they are on X, whether they are blocked, and all their tickets. */
export function CustomerPage({ id }: { id: string }) {
  const resource = useResource(id, (signal) => call('GET /api/customers/{id}', { params: { id }, signal }))
  const customer = resource.value
  const name = customer?.name ?? customer?.username ?? t.title
  return (
    <Page title={name} isWide back={{ href: '/tickets', text: t.toTickets }}>
      <ResourceStatus resource={resource} lines={4} />
      {customer && (
        <>
          <Card>
            <div class="details-header">
              <Avatar name={name} url={customer.avatarUrl} size={40} />
              <div>
                <strong>{name}</strong>
                {customer.username && <span class="muted">@{customer.username}</span>}
              </div>
            </div>
            <ProfileOnX customer={customer} onRead={(profile) => resource.set({ ...customer, profile })}>
              {customer.username && (
                <span class="links">
                  <ExternalLink href={profileUrl(customer.username)}>
                    <Icon name="external" size={16} />
                    {ticketMessages.profile}
                  </ExternalLink>
                </span>
              )}
              <Block customerId={customer.id} name={name} />
            </ProfileOnX>
          </Card>
          <Tickets customerId={customer.id} />
        </>
      )}
    </Page>
  )
}

type ProfileProps = {
  readonly customer: Customer
  readonly onRead: (profile: Profile | null) => void
  /** What else can be done with a customer. */
  readonly children: ComponentChildren
}

/** What they say of themselves. X takes money for each look, so people ask for it. */
function ProfileOnX({ customer: { id, profile, name, username }, onRead, children }: ProfileProps) {
  const { error, run } = useAction()
  const params = { id }
  const ask = () =>
    run(async () => {
      const { priceUsd } = await call('POST /api/customers/{id}/profile', { params, query: { dryRun: 'true' } })
      const text = `${t.askText} ${xActionMessages.price(String(priceUsd))}`
      if (!(await confirmDialog({ title: t.askTitle(name ?? username ?? id), text, confirm: t.ask }))) return
      onRead((await call('POST /api/customers/{id}/profile', { params })).profile)
    })
  return (
    <>
      {profile && <Facts profile={profile} />}
      {error && <ErrorNotice error={error} />}
      <div class="customer-actions">
        <Button small onClick={ask}>
          {profile ? t.askAgain : t.ask}
        </Button>
        {children}
      </div>
    </>
  )
}

function Facts({ profile }: { profile: Profile }) {
  const { bio, location, followers, following, verified, joinedAt, readAt } = profile
  const facts = [
    [t.bio, bio],
    [t.location, location],
    [t.followers, followers?.toLocaleString()],
    [t.following, following?.toLocaleString()],
    [t.verified, verified && t.marks[verified]],
    [t.joined, joinedAt && <Time at={joinedAt} />],
    [t.readAt, <Time key="read" at={readAt} />],
  ] as const
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

function Tickets({ customerId }: { customerId: string }) {
  const load = (cursor?: string, signal?: AbortSignal) =>
    call('GET /api/tickets', { query: { customerId, limit: 50, cursor }, signal })
  const resource = useResource(customerId, (signal) => load(undefined, signal))
  const { tickets, nextCursor } = resource.value ?? { tickets: [], nextCursor: null }
  const { error, run } = useAction(null)
  const loadMore = () =>
    run(async () => {
      const next = await load(nextCursor ?? undefined)
      resource.update((shown) => ({ ...next, tickets: [...shown.tickets, ...next.tickets] }))
    })
  return (
    <section aria-labelledby="tickets-title">
      <h2 id="tickets-title">{t.tickets}</h2>
      <ResourceStatus resource={resource} lines={3} />
      {tickets.length > 0 && (
        <ul class="card customer-tickets" aria-labelledby="tickets-title">
          {tickets.map(({ id, kind, subject, status, updatedAt }) => (
            <li key={id} class="customer-ticket">
              <Icon name={kind === 'direct' ? 'envelope' : 'globe'} size={14} />
              <a href={`/tickets/${encodeURIComponent(id)}`}>
                {subject}
                <span class="visually-hidden">, {commonMessages.kinds[kind]}</span>
              </a>
              <StatusBadge status={status} />
              <span class="muted small">
                <Time at={updatedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {error && <ErrorNotice error={error} onRetry={loadMore} />}
      {nextCursor && <Button onClick={loadMore}>{commonMessages.showMore}</Button>}
    </section>
  )
}
