import type { LocalFunction } from '../lambda/functions.ts'

/**
 * Does what the alarm on refused deliveries and EventBridge do in AWS: tells `reconcile` of a delivery that the gateway
 * answered with an error because the webhook did not run. What comes while it is being told is told once, afterwards.
 */
export function tellRefusedDeliveries(reconcile: Pick<LocalFunction, 'invoke'>): () => void {
  let isTelling = false
  let isWaiting = false
  const tell = async () => {
    isTelling = true
    const timestamp = new Date().toISOString()
    // A failure is in the function's log, and the next refused delivery tells it again.
    await reconcile.invoke({ time: timestamp, detail: { state: { value: 'ALARM', timestamp } } }).catch(() => {})
    isTelling = false
    if (isWaiting) {
      isWaiting = false
      void tell()
    }
  }
  return () => {
    if (isTelling) isWaiting = true
    else void tell()
  }
}
