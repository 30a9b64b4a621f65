import { describe, expect, test } from '@jest/globals'
import { functions, queues } from '../../lambdas/runtime/resources.ts'
import { HandlerFunction } from '../../lib/handler-function.ts'
import { WorkQueue } from '../../lib/work-queue.ts'
import { bundle, emptyStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const deployed = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'))

describe.each(Object.entries(queues))('the queue %s', (name, figures) => {
  const find = (queueName: string) => {
    const [found] = deployed.filter(([, { Properties }]) => Properties.QueueName === queueName)
    if (!found) throw new Error(`${queueName} is not deployed`)
    return { id: found[0], properties: found[1].Properties }
  }
  const queue = find(`HelpdeskTwitter-${name}.fifo`)
  const deadLetters = find(`HelpdeskTwitter-${name}-dead-letters.fifo`)

  test('and its dead-letter queue are FIFO queues with high throughput and encryption', () => {
    for (const { properties } of [queue, deadLetters]) {
      expect(properties).toMatchObject({
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        SqsManagedSseEnabled: true,
      })
    }
  })

  test('moves messages that keep failing to its dead-letter queue, which keeps them for 14 days', () => {
    expect(queue.properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters.id, 'Arn'] },
      maxReceiveCount: figures.maxReceives,
    })
    expect(deadLetters.properties.MessageRetentionPeriod).toBe(14 * 24 * 3600)
  })

  test('has a visibility time-out of at least six times the time-out of its consumer', () => {
    const { timeoutSeconds } = functions[figures.consumer]
    expect(queue.properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeoutSeconds)
  })

  test('retries only the failed messages of a batch', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queue.id, 'Arn'] },
      BatchSize: figures.batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })

  test('and its dead-letter queue refuse requests without TLS', () => {
    for (const { id } of [queue, deadLetters]) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
        },
      })
    }
  })
})

/** How many batches each queue's mapping lets run at once. */
const concurrencyIn = (settings: Parameters<typeof productTemplate>[0]) =>
  Object.values(resourcesOf(productTemplate(settings), 'AWS::Lambda::EventSourceMapping'))
    // The mapping of the table's stream has as many executions as the stream has shards.
    .flatMap(({ Properties }) => (Properties.ScalingConfig ? [Properties.ScalingConfig] : []))
    .map((one) => (one as { MaximumConcurrency: number }).MaximumConcurrency)

test('whatever waits in the queues, 2 of the 10 concurrent executions of a new account stay free for the rest', () => {
  const bounds = concurrencyIn({})
  expect(bounds).toEqual(Object.values(queues).map(({ maxConcurrency }) => maxConcurrency))
  expect(10 - bounds.reduce((sum, bound) => sum + bound, 0)).toBe(2)
})

test('in a large account, each queue may have as many as the setting says', () => {
  expect(concurrencyIn({ queueConcurrency: 50 })).toEqual([50, 50, 50, 50])
})

test('a visibility time-out that is too short for the consumer is an error', () => {
  const { stack, alarms } = emptyStack()
  const figures = { ...queues.events, visibilitySeconds: 6 * functions.router.timeoutSeconds - 1 }
  expect(() => new WorkQueue(stack, 'Events', { name: 'events', alarms, figures })).toThrow(
    'events: visibility time-out 179 s; router needs at least 180 s',
  )
})

test('a consumer other than that of the manifest is an error', () => {
  const { stack, alarms } = emptyStack()
  const events = new WorkQueue(stack, 'Events', { name: 'events', alarms })
  const api = new HandlerFunction(stack, 'Api', { name: 'api', code: bundle })
  expect(() => events.addConsumer(api)).toThrow('events: api is not its consumer, router is')
})
