import type { CustomerLimits } from '../../lambdas/core/tickets/customer-limits.ts'

/** Limits of a customer that no test reaches. */
export const ampleLimits: CustomerLimits = { lookups: 1_000_000, megabytes: 1_000_000 }
