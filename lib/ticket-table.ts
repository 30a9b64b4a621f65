import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { queueImpacts } from '../lambdas/runtime/alarm-texts.ts'
import { stream, table } from '../lambdas/runtime/resources.ts'
import { type AlarmTopic, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import type { Adopted } from './settings.ts'

/** Transactions need the permissions of their parts, which these include. */
const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']

/** Whoever gets events notices a longer wait. */
const maxLateness = Duration.minutes(5)

/** The one table. Its data cannot be recreated, so it survives the deletion of the stack. */
export class TicketTable extends Construct {
  readonly #table: ITable
  readonly #partitions: number

  /**
   * @param partitions those of each list that many items share
   * @param adopted the name of a table to use instead of making one, and the ARN of its stream
   */
  constructor(
    scope: Construct,
    id: string,
    {
      partitions,
      adopted: { tableName, tableStreamArn } = {},
    }: { readonly partitions: number; readonly adopted?: Pick<Adopted, 'tableName' | 'tableStreamArn'> },
  ) {
    super(scope, id)
    this.#partitions = partitions
    this.#table =
      tableName === undefined
        ? this.#make()
        : Table.fromTableAttributes(this, 'Table', { tableName, ...(tableStreamArn && { tableStreamArn }) })
  }

  get name(): string {
    return this.#table.tableName
  }

  #make(): Table {
    const made = new Table(this, 'Table', {
      partitionKey: text(table.partitionKey),
      sortKey: text(table.sortKey),
      timeToLiveAttribute: table.timeToLive,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // A key owned by AWS: the quota, policy or deletion of a key of ours could stop the helpdesk.
      encryption: TableEncryption.DEFAULT,
    })
    for (const [indexName, { partitionKey, sortKey, projected }] of Object.entries(table.indexes)) {
      made.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
        ...(projected.length > 0
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...projected] }
          : { projectionType: ProjectionType.KEYS_ONLY }),
      })
    }
    return made
  }

  /**
   * Invokes the function with the changes of the table, in order for each item, until it succeeds or they are a day old.
   * @throws Error when the manifest names another consumer
   */
  addConsumer(consumer: HandlerFunction, alarms: AlarmTopic): void {
    if (consumer.name !== stream.consumer) throw new Error(`the stream: its consumer is ${stream.consumer}`)
    const arn = this.#table.tableStreamArn
    if (arn === undefined) throw new Error('the table has no stream')
    consumer.addPermission({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [arn],
    })
    // The mapping asks for the streams of the account, which cannot be limited to one.
    consumer.addPermission({ actions: ['dynamodb:ListStreams'], resources: ['*'] })
    Validations.of(consumer).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'dynamodb:ListStreams, which reads only names, knows no resources.',
    })
    const mapping = new EventSourceMapping(this, 'Changes', {
      target: consumer.lambda,
      eventSourceArn: arn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: stream.batchSize,
      filters: stream.sortKeyPrefixes.map((prefix) =>
        FilterCriteria.filter({
          dynamodb: { Keys: { [table.sortKey]: { S: FilterRule.beginsWith(prefix) } } },
        }),
      ),
    })
    Validations.of(mapping).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'Records are tried again until they are a day old, and an alarm tells long before. None is skipped.',
    })
    new RunbookAlarm(this, 'ChangesAlarm', {
      alarms,
      name: 'changes-late',
      userImpact: queueImpacts.outgoing,
      cause: `the function ${stream.consumer} is more than ${maxLateness.toMinutes()} minutes behind the changes of the table`,
      section: 'changes-late',
      metric: consumer.lambda.metric('IteratorAge', { period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      above: maxLateness.toMilliseconds(),
    })
  }

  /** Lets the function write the delivery outage and the ends of replays, one partition, and nothing else. */
  grantWriteOutage(user: HandlerFunction): void {
    user.addResource('TABLE_NAME', this.#table.tableName, {
      actions: ['dynamodb:UpdateItem'],
      resources: [this.#table.tableArn],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [table.outage.pk] } },
    })
  }

  /** Lets the function read and write items and query the indexes. */
  grantReadWrite(user: HandlerFunction): void {
    const arn = this.#table.tableArn
    user.addVariable('TABLE_PARTITIONS', String(this.#partitions))
    user.addResource(
      'TABLE_NAME',
      this.#table.tableName,
      { actions: itemActions.map((action) => `dynamodb:${action}`), resources: [arn] },
      { actions: ['dynamodb:Query'], resources: Object.keys(table.indexes).map((name) => `${arn}/index/${name}`) },
    )
  }

  /** Lets the function write many items in one call besides. */
  grantWriteMany(user: HandlerFunction): void {
    user.addPermission({ actions: ['dynamodb:BatchWriteItem'], resources: [this.#table.tableArn] })
  }

  /** Lets the function read the whole table besides: nothing but the erasure of a customer may. */
  grantErase(user: HandlerFunction): void {
    this.grantReadWrite(user)
    user.addPermission({ actions: ['dynamodb:Scan'], resources: [this.#table.tableArn] })
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING }
}
