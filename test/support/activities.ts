import type { Activity } from '../../lambdas/core/x/activity.ts'
import { readActivity } from '../../lambdas/core/x/payload/read-activity.ts'
import { splitWebhookBody } from '../../lambdas/core/x/webhook-body.ts'

/** The activities of a delivery, through the product's own reading. @throws Error when one is unreadable */
export function activitiesOf(delivery: object, receivedAt = '2026-01-01T00:00:00.000Z'): Activity[] {
  return splitWebhookBody(JSON.stringify(delivery), receivedAt).events.map((event) => {
    const reading = readActivity(event)
    if ('unreadable' in reading) throw new Error(reading.unreadable)
    return reading.activity
  })
}

/** The one activity of a delivery. */
export function activityOf(delivery: object, receivedAt?: string): Activity {
  const [activity, ...more] = activitiesOf(delivery, receivedAt)
  if (!activity || more.length > 0) throw new Error('a delivery with one event was meant')
  return activity
}
