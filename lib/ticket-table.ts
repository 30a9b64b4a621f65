import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { table } from '../lambdas/runtime/resources.ts'
import type { HandlerFunction } from './handler-function.ts'

/** Transactions need the permissions of their parts, which these include. */
const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']

/** The one table. Its data cannot be recreated, so it survives the deletion of the stack. */
export class TicketTable extends Construct {
  readonly #table: ITable
  readonly #partitions: number

  /**
   * @param partitions those of each list that many items share
   * @param adopted the name of a table to use instead of making one
   */
  constructor(
    scope: Construct,
    id: string,
    { partitions, adopted }: { readonly partitions: number; readonly adopted?: string | undefined },
  ) {
    super(scope, id)
    this.#partitions = partitions
    this.#table = adopted === undefined ? this.#make() : Table.fromTableName(this, 'Table', adopted)
  }

  get name(): string {
    return this.#table.tableName
  }

  #make(): Table {
    const made = new Table(this, 'Table', {
      partitionKey: text(table.partitionKey),
      sortKey: text(table.sortKey),
      timeToLiveAttribute: table.timeToLive,
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

  /** Lets the function read the whole table besides: nothing but the erasure of a customer may. */
  grantErase(user: HandlerFunction): void {
    this.grantReadWrite(user)
    user.addPermission({ actions: ['dynamodb:Scan'], resources: [this.#table.tableArn] })
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING }
}
