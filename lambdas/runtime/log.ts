import type { Log } from '../core/ports/platform.ts'

/**
 * Writes a log line. Lambda's JSON log format adds time, level and request id, and keeps the entry as `message`. The
 * stack's metric filters count by its fields.
 */
export const log: Log = (entry) => console.info(entry)
