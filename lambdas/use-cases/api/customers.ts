/** Called by agents to find a customer and to read what is known of one. X is asked for a profile only when they say so. */
import { randomUUID } from 'node:crypto'
import { Problem } from '../../core/api/problem.ts'
import { listCustomersQuery, noQuery, replyQuery } from '../../core/api/requests.ts'
import type { ApiCustomer, ApiProfileResult } from '../../core/api/schemas.ts'
import { isBudgetUsedUp } from '../../core/channels/budget.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Clock, Encryption } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { XProfiles } from '../../core/ports/x.ts'
import { wordsOfSearch } from '../../core/search/words.ts'
import type { ListedTicket } from '../../core/tickets/ticket.ts'
import { priceOf } from '../../core/x/prices.ts'
import { tokensOf } from '../account-tokens.ts'
import { customerIdIn } from './blocks.ts'
import { cursorOf, keyIn, notFound, type Route, route } from './route.ts'
import { noSearch } from './tickets.ts'
import { askX } from './x-actions.ts'

export type CustomerDependencies = Pick<Stores, 'tickets' | 'channels' | 'customers' | 'words' | 'xActions'> & {
  profiles: XProfiles
  encryption: Pick<Encryption, 'decrypt'>
  trail: AuditTrail
  /** Whether this installation keeps the index of words. */
  hasSearch: boolean
  now: Clock
}

/** The sort key in a cursor: the ISO time of the customer's newest ticket, and X's id. */
const CUSTOMER_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z#\d+$/

/** A profile costs what the look-up of an author does. */
const PAID = 'paid#author'

/** Of a customer's tickets, those among whose channels one is sought that can ask X: the newest. */
const MOST_TICKETS = { limit: 20, after: null }

export function customerRoutes(dependencies: CustomerDependencies): Route[] {
  const { tickets, channels, customers, words, xActions, profiles, encryption, trail, hasSearch, now } = dependencies

  /** The newest tickets of a customer. @throws Problem 404 if there is none, 422 for what is no id of X */
  async function ticketsOf(params: Readonly<Record<string, string>>): Promise<[ListedTicket, ...ListedTicket[]]> {
    const customerId = customerIdIn(params)
    const { items } = await tickets.tickets({ customerId }, MOST_TICKETS)
    const [first, ...more] = items
    if (!first) throw notFound('customer', customerId)
    return [first, ...more]
  }

  /** A connected channel that has a ticket of the customer and a budget left, or why none can ask. */
  async function channelFor(found: readonly ListedTicket[]): Promise<{ id: string } | { because: string }> {
    const known = await channels.several([...new Set(found.map(({ channelId }) => channelId))])
    const connected = known.filter(({ status }) => status === 'connected')
    if (connected.length === 0) return { because: 'no channel of the customer is connected: connect one again first' }
    const able = connected.find((channel) => !isBudgetUsedUp(channel, now()))
    return able ?? { because: "today's budget of the channel is used up" }
  }

  return [
    route({
      method: 'GET',
      path: '/api/customers',
      operation: 'listCustomers',
      summary: 'Customers by words of their handle or name, those with the newest ticket first',
      access: 'agent',
      query: listCustomersQuery,
      body: null,
      answer: 'customerPage',
      problems: [],
      handle: async ({ query: { q, limit, cursor } }) => {
        if (!hasSearch) throw noSearch()
        const page = await words.customers(wordsOfSearch(q), { limit, after: keyIn(cursor, CUSTOMER_KEY, { q }) })
        return { customers: page.items, nextCursor: cursorOf(page.next, { q }) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/customers/{id}',
      operation: 'getCustomer',
      summary: "A customer by X's id, with the profile if it was asked for in the last 30 days",
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'customer',
      problems: [404],
      handle: async ({ params }): Promise<ApiCustomer> => {
        const [{ customer }] = await ticketsOf(params)
        const [blocked, profile] = await Promise.all([channels.blockedCustomers(), customers.profile(customer.id)])
        return { ...customer, blocked: blocked.has(customer.id), profile }
      },
    }),
    route({
      method: 'POST',
      path: '/api/customers/{id}/profile',
      operation: 'readProfile',
      summary: "Ask X for a customer's profile, which costs; `dryRun` only tells the price",
      access: 'agent',
      query: replyQuery,
      body: null,
      answer: 'profileResult',
      problems: [404, 409, 502],
      handle: async ({ params, query, actor }): Promise<ApiProfileResult> => {
        const found = await ticketsOf(params)
        const { id } = found[0].customer
        const channel = await channelFor(found)
        const priceUsd = priceOf(PAID)
        if (query.dryRun === 'true') {
          const because = 'because' in channel ? channel.because : null
          return { priceUsd, because, profile: await customers.profile(id) }
        }
        const tokens = 'because' in channel ? null : await tokensOf({ channels, encryption }, channel.id)
        if ('because' in channel || !tokens) {
          throw new Problem(409, 'because' in channel ? channel.because : 'the channel has no access to X')
        }
        await trail.record(actor, { kind: 'profile_read', object: id, customerId: id, after: null })
        const at = now().toISOString()
        // Before X is asked: an answer that is lost may have cost as well.
        await xActions.count(channel.id, PAID, at, randomUUID())
        const profile = await askX(() => profiles.profile(tokens, id, at))
        if (!profile) throw new Problem(409, 'X does not show the profile: it is suspended or deleted')
        await customers.keepProfile(id, profile)
        return { priceUsd, because: null, profile }
      },
    }),
  ]
}
