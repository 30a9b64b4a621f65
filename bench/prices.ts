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

/**
 * What X charges, in dollars for one, pay-per-use. Source: https://docs.x.com/x-api/activity/event-pricing.md for what
 * comes in, https://docs.x.com/x-api/getting-started/pricing for what is sent.
 */
export const dollarsAtX: Partial<Record<Operation, number>> = {
  'a direct message joins a ticket': 0.01,
  'a direct message opens a ticket': 0.01,
  'a post joins a ticket': 0.005,
  'a post opens a ticket': 0.005,
  'a direct message joins a ticket that has 3 more tags': 0.01,
  'a direct message turns a solved ticket into open': 0.01,
  'a direct message joins a ticket of the day before': 0.01,
  'a direct message opens a ticket after a closed one': 0.01,
  'an event is ignored': 0.005,
  'a reply, from POST to sent, and its echo': 0.015,
}

/** `$10,000.00` */
export function dollarText(amount: number): string {
  return `$${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}
