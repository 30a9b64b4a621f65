import type { Answer, Delivery, Payload, QueuedWork, Waiting, Work } from '../outgoing/delivery.ts'
import type { Endpoint } from '../outgoing/endpoint.ts'
import type { Page, PageRequest } from './tickets.ts'

/** The endpoints of outgoing events. */
export type EndpointStore = {
  list(): Promise<Endpoint[]>
  get(id: string): Promise<Endpoint | null>
  /** Writes a new endpoint. */
  add(endpoint: Endpoint): Promise<void>
  /** Sets fields of an endpoint; null if there is none. */
  change(id: string, fields: Partial<Endpoint>): Promise<Endpoint | null>
  remove(id: string): Promise<void>
  /**
   * Notes a failed attempt, unless another one was noted since the endpoint was read: those at the same time count as one.
   * Resolves to the endpoint as it is then; null if it was removed.
   */
  noteFailure(seen: Endpoint, fields: Partial<Endpoint>): Promise<Endpoint | null>
}

/** The events that endpoints have not taken yet, and what became of the last attempts. */
export type DeliveryStore = {
  /** Stores an event until the endpoint has it. Storing it again changes nothing. */
  add(waiting: Waiting<unknown>): Promise<void>
  /** The first events of a group, in order. */
  waiting<Content = Payload>(work: Work, limit: number): Promise<Waiting<Content>[]>
  /** Notes the failed attempts of an event and makes its group due again at an ISO time. */
  postpone(waiting: Waiting<unknown>, until: string): Promise<void>
  remove(waiting: Waiting<unknown>): Promise<void>
  /** Groups that are due at an ISO time, the longest due first. */
  due(at: string, limit: number): Promise<Waiting[]>
  /** Keeps an attempt for 7 days. */
  record(endpointId: string, delivery: Delivery): Promise<void>
  /** Attempts, newest first. */
  recorded(endpointId: string, page: PageRequest): Promise<Page<Delivery>>
  /** Null if there is no such attempt. */
  one(endpointId: string, deliveryId: string): Promise<Delivery | null>
}

/** The queue of groups to work on. */
export type OutgoingQueue = {
  /**
   * Queues work, in order.
   * @param deduplicationId the same for what is queued again within 5 minutes by mistake
   * @throws Error unless the queue accepts all of it
   */
  send(work: readonly (QueuedWork & { readonly deduplicationId: string })[]): Promise<void>
}

/** Calls of endpoints. */
export type EventSending = {
  /** Why an address cannot be that of an endpoint; null if it can. A name is looked up only when it is called. */
  refusalOf(url: string): string | null
  /** Posts a signed event. Never throws: no answer is an answer with an error. @param secrets `whsec_…`, each signs */
  send(event: { url: string; id: string; at: Date; body: string; secrets: readonly string[] }): Promise<Answer>
}
