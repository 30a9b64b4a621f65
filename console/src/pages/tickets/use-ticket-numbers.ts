import type { ApiTicketNumbers } from '../../../../lambdas/core/api/schemas.ts'
import { read } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import { useResource } from '../../api/resource.ts'

const path = '/api/ticket-numbers'

/** How many tickets there are behind each tab; undefined until that is known. */
export function useTicketNumbers(): ApiTicketNumbers | undefined {
  const resource = useResource('numbers', (signal) => read<ApiTicketNumbers>(path, { signal }))
  usePolling(async () => {
    const before = resource.value
    if (!before) return resource.reload().then(() => true)
    try {
      const next = await read(path, {}, before)
      if (next !== before) resource.set(next)
      return true
    } catch {
      return false
    }
  })
  return resource.value?.value
}
