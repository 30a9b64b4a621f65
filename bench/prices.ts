import { prices } from '../lambdas/core/x/prices.ts'
import type { Operation } from './operations.ts'
import type { Units } from './units.ts'

/**
 * Dollars for a unit, on demand in us-east-1. Source: https://aws.amazon.com/dynamodb/pricing/on-demand/ and what
 * docs/performance.md says of it.
 */
const DOLLARS = { write: 0.625e-6, read: 0.125e-6 }

/** What DynamoDB charges for units, in dollars. */
export function dollarsOf({ write, read }: Units): number {
  return write * DOLLARS.write + read * DOLLARS.read
}

/** What X charges for one, in dollars. */
export const dollarsAtX: Partial<Record<Operation, number>> = {
  'a direct message joins a ticket': prices.directMessageEvent,
  'a direct message opens a ticket': prices.directMessageEvent,
  'a post joins a ticket': prices.post,
  'a post opens a ticket': prices.post,
  'a direct message joins a ticket that has 3 more tags': prices.directMessageEvent,
  'a direct message turns a solved ticket into open': prices.directMessageEvent,
  'a direct message joins a ticket of the day before': prices.directMessageEvent,
  'a direct message opens a ticket after a closed one': prices.directMessageEvent,
  'an event is ignored': prices.post,
  'a reply, from POST to sent, and its echo': prices.sentDirectMessage,
}

/** `$10,000.00` */
export function dollarText(amount: number): string {
  return `$${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}
