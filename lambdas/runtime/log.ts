import type { Log } from '../core/ports/platform.ts'

/**
 * One line of log. Lambda's own JSON log format adds time, level and request and keeps the object as `message`;
 * metric filters of the stack count by its fields.
 */
export const log: Log = (entry) => console.info(entry)
