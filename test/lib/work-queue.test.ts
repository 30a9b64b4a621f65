import { describe, expect, test } from '@jest/globals'
import { functions, queues } from '../../lambdas/runtime/resources.ts'
import { HandlerFunction } from '../../lib/handler-function.ts'
import { WorkQueue } from '../../lib/work-queue.ts'
import { bundle, emptyStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const deployed = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'))
const userImpact = 'Messages wait'

describe.each(Object.entries(queues))('the queue %s', (name, figures) => {
  const find = (queueName: string) => {
    const [found] = deployed.filter(([, { Properties }]) => Properties.QueueName === queueName)
    if (!found) throw new Error(`${queueName} is not deployed`)
    return { id: found[0], properties: found[1].Properties }
  }
  const queue = find(`HelpdeskTwitter-${name}.fifo`)
  const deadLetters = find(`HelpdeskTwitter-${name}-dead-letters.fifo`)

  test('and its dead letters keep order per group, at high throughput and encrypted', () => {
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

  test('moves what keeps failing to its dead letters, which wait for 14 days', () => {
    expect(queue.properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters.id, 'Arn'] },
      maxReceiveCount: figures.maxReceives,
    })
    expect(deadLetters.properties.MessageRetentionPeriod).toBe(14 * 24 * 3600)
  })

  test('hides a message for at least six times as long as its consumer may take', () => {
    const { timeoutSeconds } = functions[figures.consumer]
    expect(queue.properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeoutSeconds)
  })

  test('takes back only the messages of a batch that failed', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queue.id, 'Arn'] },
      BatchSize: figures.batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })

  test('and its dead letters refuse requests without TLS', () => {
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

test('a queue that would hand out a message twice at once cannot be made', () => {
  const { stack, alarms } = emptyStack()
  const figures = { ...queues.events, visibilitySeconds: 6 * functions.router.timeoutSeconds - 1 }
  expect(() => new WorkQueue(stack, 'Events', { name: 'events', alarms, userImpact, figures })).toThrow(
    'events: visible again after 179 s, but router needs 180 s',
  )
})

test('a queue is delivered to the consumer of the manifest only', () => {
  const { stack, alarms } = emptyStack()
  const events = new WorkQueue(stack, 'Events', { name: 'events', alarms, userImpact })
  const api = new HandlerFunction(stack, 'Api', { name: 'api', code: bundle, alarms, userImpact })
  expect(() => events.deliverTo(api)).toThrow('events: delivered to api, its consumer is router')
})
