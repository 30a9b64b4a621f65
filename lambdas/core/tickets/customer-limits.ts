import { MEGABYTE_BYTES } from './attachment.ts'

/** What is fetched from X because of one customer in a UTC day, at most; 0 for nothing. */
export type CustomerLimits = { readonly lookups: number; readonly megabytes: number }

/** Why something was not looked up. */
export function lookupsReason({ lookups }: CustomerLimits): string {
  return `${lookups} look-ups are allowed for one customer a day (UTC), and were made`
}

/** Why a file was not downloaded. */
export function bytesReason({ megabytes }: CustomerLimits): string {
  return `with it, more than ${megabytes} MB would be downloaded for this customer today (UTC)`
}

export function bytesOf({ megabytes }: CustomerLimits): number {
  return megabytes * MEGABYTE_BYTES
}
