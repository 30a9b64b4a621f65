import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import {
  type EnvironmentName,
  functions,
  type QueueName,
  type QueueResource,
  queues,
} from '../lambdas/runtime/resources.ts'
import { type AlarmTopic, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

/** Longer than this, and people notice: the agent who waits for a message, the customer who waits for the answer. */
const longestWait = Duration.minutes(5)

const urlVariables = {
  events: 'EVENTS_QUEUE_URL',
  replies: 'REPLIES_QUEUE_URL',
  media: 'MEDIA_QUEUE_URL',
} as const satisfies Record<QueueName, EnvironmentName>

export type WorkQueueProps = {
  readonly name: QueueName
  readonly alarms: AlarmTopic
  /** User impact while the queue stalls: begins the sentence of its alarms. */
  readonly userImpact: string
  /** The manifest's figures when not given. */
  readonly figures?: QueueResource
}

/**
 * A FIFO queue, its dead letters and the alarms on both: one cannot be had without the others.
 * @throws Error when messages would come back while their consumer may still be at work on them
 */
export class WorkQueue extends Construct {
  readonly #name: QueueName
  readonly #figures: QueueResource
  readonly #queue: Queue

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id)
    this.#name = props.name
    this.#figures = props.figures ?? queues[props.name]
    const { consumer, visibilitySeconds, maxReceives, deadLetterRetentionSeconds } = this.#figures
    const least = 6 * functions[consumer].timeoutSeconds
    if (visibilitySeconds < least) {
      throw new Error(`${props.name}: visible again after ${visibilitySeconds} s, but ${consumer} needs ${least} s`)
    }

    const stackName = Stack.of(this).stackName
    const deadLetters = new Queue(this, 'DeadLetters', {
      ...fifo,
      queueName: `${stackName}-${props.name}-dead-letters.fifo`,
      retentionPeriod: Duration.seconds(deadLetterRetentionSeconds),
    })
    this.#queue = new Queue(this, 'Queue', {
      ...fifo,
      queueName: `${stackName}-${props.name}.fifo`,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      // As long as dead letters are kept: a repair may take days, and nothing may be lost meanwhile.
      retentionPeriod: Duration.seconds(deadLetterRetentionSeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
    })
    this.#addAlarms(props, deadLetters)
    Validations.of(deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'These are the dead letters. They stay, under an alarm, until somebody moves them back.',
    })
  }

  /** The function may put messages in, and nothing else. */
  sendFrom(sender: HandlerFunction): void {
    sender.give(urlVariables[this.#name], this.#queue.queueUrl, {
      actions: ['sqs:SendMessage'],
      on: [this.#queue.queueArn],
    })
  }

  /**
   * The function works the messages off, and reports those that failed one by one.
   * @throws Error when the manifest names another consumer
   */
  deliverTo(consumer: HandlerFunction): void {
    if (consumer.name !== this.#figures.consumer) {
      throw new Error(`${this.#name}: delivered to ${consumer.name}, its consumer is ${this.#figures.consumer}`)
    }
    consumer.allow({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      on: [this.#queue.queueArn],
    })
    const mapping = new EventSourceMapping(this, 'Delivery', {
      target: consumer.lambda,
      eventSourceArn: this.#queue.queueArn,
      batchSize: this.#figures.batchSize,
      reportBatchItemFailures: true,
    })
    Validations.of(mapping).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'Destinations of a mapping are for streams. SQS itself moves what keeps failing to the dead letters.',
    })
  }

  #addAlarms({ name, alarms, userImpact }: WorkQueueProps, deadLetters: Queue): void {
    new RunbookAlarm(this, 'DeadLettersAlarm', {
      alarms,
      name: `${name}-dead-letters`,
      userImpact: userImpact,
      cause: `some failed again and again and lie in the dead letters of the queue ${name}`,
      section: `${name}-dead-letters`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
    })
    new RunbookAlarm(this, 'OldestMessageAlarm', {
      alarms,
      name: `${name}-oldest-message`,
      userImpact: userImpact,
      cause: `the oldest in the queue ${name} has waited for more than ${longestWait.toMinutes()} minutes`,
      section: `${name}-oldest-message`,
      metric: this.#queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      above: longestWait.toSeconds(),
    })
  }
}

/** High throughput: order and deduplication hold within a message group, so groups do not slow each other down. */
const fifo = {
  fifo: true,
  // The sender names each message: two equal texts of one customer are two messages.
  contentBasedDeduplication: false,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
} as const
