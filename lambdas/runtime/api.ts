import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What the HTTP API works with. */
export function apiDependencies() {
  const { TABLE_NAME } = readEnvironment('api')
  return { ...openStores(TABLE_NAME, now), now, log }
}
