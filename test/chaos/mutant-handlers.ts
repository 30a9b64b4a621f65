import { randomUUID } from 'node:crypto'
import { createMediaQueue } from '../../lambdas/adapters/aws/due-queue.ts'
import { createEventQueue } from '../../lambdas/adapters/aws/event-queue.ts'
import { createMessageVisibility } from '../../lambdas/adapters/aws/message-visibility.ts'
import { createOutageNotes } from '../../lambdas/adapters/aws/outage-notes.ts'
import { createXSecrets } from '../../lambdas/adapters/aws/x-secrets.ts'
import { createXPosting } from '../../lambdas/adapters/x/posting.ts'
import type { EventQueue } from '../../lambdas/core/ports/queues.ts'
import type { Stores } from '../../lambdas/core/ports/stores.ts'
import type { XPosting } from '../../lambdas/core/ports/x.ts'
import type { QueuedEvent } from '../../lambdas/core/x/webhook-body.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { batchHandler } from '../../lambdas/runtime/batch.ts'
import { now } from '../../lambdas/runtime/clock.ts'
import { readEnvironment, tableIn } from '../../lambdas/runtime/environment.ts'
import { log } from '../../lambdas/runtime/log.ts'
import { table } from '../../lambdas/runtime/resources.ts'
import { openStores } from '../../lambdas/runtime/stores.ts'
import { xAccess } from '../../lambdas/runtime/x-access.ts'
import { createWebhookReceiver } from '../../lambdas/use-cases/receive-webhook.ts'
import { createRouter } from '../../lambdas/use-cases/route-event.ts'
import { createSender } from '../../lambdas/use-cases/send-reply.ts'
import type { MutantName } from './mutants.ts'

/** The handlers of the mutants: those of the product over changed ports. */
export const handlerOf: Readonly<Record<MutantName, () => unknown>> = {
  idempotency: () =>
    routerOver(({ tickets }) => {
      /** X's ids of direct messages that have come again. */
      const again = new Set<string | null>()
      return {
        tickets: {
          ...tickets,
          situationOf: async (activity) => {
            const situation = await tickets.situationOf(activity)
            const { current, storedIn } = situation
            const isAgain = storedIn !== null && current?.ticket?.status !== 'closed'
            if (activity.kind !== 'direct_message' || !isAgain) return situation
            again.add(activity.externalId)
            return { ...situation, storedIn: null, stored: null }
          },
          commit: (change) => {
            const { message } = change
            const isAgain = message !== null && again.has(message.externalId)
            return tickets.commit(isAgain ? { ...change, message: { ...message, id: `dm-${randomUUID()}` } } : change)
          },
        },
      }
    }),

  batch: () => {
    const handle = routerOver(() => ({}))
    return async (...call: Parameters<typeof handle>) => {
      await handle(...call)
      return { batchItemFailures: [] }
    }
  },

  closed: () =>
    routerOver(({ tickets }) => ({
      tickets: {
        ...tickets,
        situationOf: async (activity) => {
          const situation = await tickets.situationOf(activity)
          const { current } = situation
          if (current?.ticket?.status !== 'closed') return situation
          return { ...situation, current: { ...current, ticket: { ...current.ticket, status: 'open' } } }
        },
      },
    })),

  claim: () =>
    senderOver(({ replies }) => ({
      replies: {
        ...replies,
        save: (before, after) => {
          const isAttempt = after.delivery.attempts > before.delivery.attempts
          const unclaimed = { ...after.sending, attemptedAt: null, claimedUntil: null }
          return replies.save(before, isAttempt ? { ...after, sending: unclaimed } : after)
        },
      },
    })),

  outcome: () =>
    senderOver(
      () => ({}),
      (posting) => ({
        ...posting,
        send: async (...call) => {
          const answer = await posting.send(...call)
          const isUnknown = answer.is === 'unanswered' || (answer.is === 'refused' && answer.status >= 500)
          return isUnknown ? { is: 'unreached', detail: 'a mutant' } : answer
        },
      }),
    ),

  order: () => senderOver(({ replies }) => ({ replies: { ...replies, earlierReplyDueAt: async () => null } })),

  queue: () => {
    const { EVENTS_QUEUE_URL, X_SECRETS, TABLE_NAME } = readEnvironment('webhook')
    const queue = createEventQueue(awsAccess('sqs'), EVENTS_QUEUE_URL)
    const careless: EventQueue = { send: (...call) => queue.send(...call).catch(() => {}) }
    return createWebhookReceiver({
      originSecrets: [],
      secrets: createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now),
      queue: careless,
      outageNotes: createOutageNotes(awsAccess('dynamodb'), TABLE_NAME, table.outage),
      now,
      log,
    })
  },
}

/** The plan of the disturbances has no encrypted messages. */
const unused = {
  encrypt: async () => ({ reason: 'no key' }),
  send: async () => ({ is: 'unreached' as const, detail: 'no key' }),
  find: async () => ({ is: 'missing' as const }),
}

function routerOver(change: (stores: Stores) => Partial<Stores>) {
  const environment = readEnvironment('router')
  const stores = openStores(tableIn(environment), now)
  const mediaQueue = createMediaQueue(awsAccess('sqs'), environment.MEDIA_QUEUE_URL)
  const route = createRouter({ ...stores, ...change(stores), readChat: async (chat) => chat, mediaQueue, now, log })
  const work = (event: QueuedEvent, { messageId }: { messageId: string }) => route(event, messageId)
  return batchHandler('events', work, createMessageVisibility(awsAccess('sqs')), log)
}

function senderOver(
  change: (stores: Stores) => Partial<Stores>,
  changePosting: (posting: XPosting) => XPosting = (posting) => posting,
) {
  const environment = readEnvironment('sender')
  const { access, encryption } = xAccess(environment)
  const stores = openStores(tableIn(environment), now)
  const posting = changePosting(createXPosting(access))
  const mediaQueue = createMediaQueue(awsAccess('sqs'), environment.MEDIA_QUEUE_URL)
  const send = createSender({ ...stores, ...change(stores), chat: unused, posting, encryption, mediaQueue, now, log })
  return batchHandler('replies', send, createMessageVisibility(awsAccess('sqs')), log)
}
