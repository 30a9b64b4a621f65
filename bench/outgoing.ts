import type { Work } from '../lambdas/core/outgoing/delivery.ts'
import type { Stores } from '../lambdas/core/ports/stores.ts'
import type { Message } from '../lambdas/core/tickets/ticket.ts'
import { createDelivering } from '../lambdas/use-cases/deliver-events.ts'
import { createPublisher } from '../lambdas/use-cases/publish-changes.ts'
import { noEncryption } from '../test/support/encryption.ts'
import { untouched } from '../test/support/untouched.ts'

/** `publish` and `deliver` over stores, and a program that takes every event. */
export function outgoingOver(stores: Stores, now: () => Date) {
  const queued: Work[] = []
  let taken = 0
  const publish = createPublisher({
    ...stores,
    queue: { send: async (work) => void queued.push(...work) },
    usedeskUrl: null,
    now,
  })
  const deliver = createDelivering({
    ...stores,
    tellUsedesk: null,
    sending: {
      refusalOf: () => null,
      async send() {
        taken++
        return { status: 204, body: '', error: null, durationMs: 1 }
      },
    },
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
  })
  let changes = 0
  const tell = async (message: Message) => {
    const id = String(++changes)
    await publish([{ id, at: now().toISOString(), what: 'message', before: null, after: message }])
    return queued.splice(0)
  }
  return {
    /** Tells that a message was stored. @throws Error if an endpoint is to hear of it */
    async tellNobody(message: Message): Promise<void> {
      if ((await tell(message)).length > 0) throw new Error('an endpoint was not meant to be there')
    },
    /** Tells that a message was stored, and sends the event. @throws Error unless one endpoint is told */
    async tellOne(message: Message): Promise<void> {
      const [work, ...more] = await tell(message)
      if (!work || more.length > 0) throw new Error('one event was meant to be queued')
      const before = taken
      await deliver(work)
      if (taken !== before + 1) throw new Error('the event was not sent')
    },
  }
}
