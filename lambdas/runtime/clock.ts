import type { Clock } from '../core/ports/platform.ts'

/** The clock of the machine. */
export const now: Clock = () => new Date()
