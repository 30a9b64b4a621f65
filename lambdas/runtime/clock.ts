import type { Clock } from '../core/ports/platform.ts'

/** The system clock. */
export const now: Clock = () => new Date()
