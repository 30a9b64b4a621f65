import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { deadLettersAlarm, queueImpacts } from '../lambdas/runtime/alarm-texts.ts'
import {
  type EnvironmentName,
  functions,
  type QueueName,
  type QueueResource,
  queues,
} from '../lambdas/runtime/resources.ts'
import { type AlarmTopic, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

/** People notice a longer wait: agents wait for messages, customers for replies. */
const maxWait = Duration.minutes(5)

const urlVariables = {
  events: 'EVENTS_QUEUE_URL',
  replies: 'REPLIES_QUEUE_URL',
  media: 'MEDIA_QUEUE_URL',
  outgoing: 'OUTGOING_QUEUE_URL',
} as const satisfies Record<QueueName, EnvironmentName>

export type WorkQueueProps = {
  readonly name: QueueName
  readonly alarms: AlarmTopic
  /** At most so many batches are processed at once; the manifest's figure when not given. */
  readonly concurrency?: number
  /** Those of the manifest when not given. */
  readonly figures?: QueueResource
}

/**
 * A FIFO queue, its dead-letter queue and the alarms on both.
 * @throws Error when the visibility time-out is too short for the consumer
 */
export class WorkQueue extends Construct {
  readonly #name: QueueName
  readonly #figures: QueueResource
  readonly #concurrency: number
  readonly #queue: Queue

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id)
    this.#name = props.name
    this.#figures = props.figures ?? queues[props.name]
    this.#concurrency = props.concurrency ?? this.#figures.maxConcurrency
    const { consumer, visibilitySeconds, maxReceives, deadLetterRetentionSeconds } = this.#figures
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    const minSeconds = 6 * functions[consumer].timeoutSeconds
    if (visibilitySeconds < minSeconds) {
      throw new Error(
        `${props.name}: visibility time-out ${visibilitySeconds} s; ${consumer} needs at least ${minSeconds} s`,
      )
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
      // As long as in the dead-letter queue: a repair may take days, and nothing may be lost meanwhile.
      retentionPeriod: Duration.seconds(deadLetterRetentionSeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
    })
    this.#addAlarms(props, deadLetters)
    Validations.of(deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'This is the dead-letter queue. Its messages raise an alarm and stay until somebody moves them back.',
    })
  }

  /** Lets the function send messages. */
  grantSend(sender: HandlerFunction): void {
    sender.addResource(urlVariables[this.#name], this.#queue.queueUrl, {
      actions: ['sqs:SendMessage'],
      resources: [this.#queue.queueArn],
    })
  }

  /**
   * Invokes the function with batches; it reports the messages that failed one by one.
   * @throws Error when the manifest names another consumer
   */
  addConsumer(consumer: HandlerFunction): void {
    if (consumer.name !== this.#figures.consumer) {
      throw new Error(`${this.#name}: ${consumer.name} is not its consumer, ${this.#figures.consumer} is`)
    }
    consumer.addPermission({
      // The poller receives and deletes; the function itself says when a failed message comes again.
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      resources: [this.#queue.queueArn],
    })
    const mapping = new EventSourceMapping(this, 'Delivery', {
      target: consumer.lambda,
      eventSourceArn: this.#queue.queueArn,
      batchSize: this.#figures.batchSize,
      // A burst waits in the queue instead of taking the executions that the webhook needs.
      maxConcurrency: this.#concurrency,
      reportBatchItemFailures: true,
    })
    Validations.of(mapping).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'Destinations are for streams. SQS moves messages that keep failing to the dead-letter queue.',
    })
  }

  #addAlarms({ name, alarms }: WorkQueueProps, deadLetters: Queue): void {
    new RunbookAlarm(this, 'DeadLettersAlarm', {
      alarms,
      name: `${name}-dead-letters`,
      ...deadLettersAlarm(name),
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
    })
    new RunbookAlarm(this, 'OldestMessageAlarm', {
      alarms,
      name: `${name}-oldest-message`,
      userImpact: queueImpacts[name],
      cause: `the oldest message in the queue ${name} has waited for more than ${maxWait.toMinutes()} minutes`,
      section: `${name}-oldest-message`,
      metric: this.#queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      above: maxWait.toSeconds(),
    })
  }
}

/** High throughput: order and deduplication apply per message group, so groups do not slow each other down. */
const fifo = {
  fifo: true,
  // Senders set the deduplication id: two equal texts of one customer are two messages.
  contentBasedDeduplication: false,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
} as const
