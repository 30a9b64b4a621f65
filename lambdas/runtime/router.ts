import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What the router works with. */
export function routerDependencies() {
  const { TABLE_NAME } = readEnvironment('router')
  return { ...openStores(TABLE_NAME, now), now, log }
}
