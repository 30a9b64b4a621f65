import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { table } from '../lambdas/runtime/resources.ts'
import type { HandlerFunction } from './handler-function.ts'

/** Transactions are made of these too: DynamoDB asks for the permissions of their parts. */
const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']

/** The one table, with everything that cannot be had again once it is lost: it outlives the stack. */
export class TicketTable extends Construct {
  readonly #table: Table

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.#table = new Table(this, 'Table', {
      partitionKey: text(table.partitionKey),
      sortKey: text(table.sortKey),
      timeToLiveAttribute: table.timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // Encrypted with a key that AWS owns: no key of ours whose quota, policy or deletion could stop the helpdesk.
      encryption: TableEncryption.DEFAULT,
    })
    for (const [indexName, { partitionKey, sortKey }] of Object.entries(table.indexes)) {
      this.#table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: [...table.projected],
      })
    }
  }

  /** The function may note trouble in the partition that is there for it, and use nothing else of the table. */
  giveOutageNotesTo(user: HandlerFunction): void {
    user.give('TABLE_NAME', this.#table.tableName, {
      actions: ['dynamodb:UpdateItem'],
      on: [this.#table.tableArn],
      when: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [table.outage.pk] } },
    })
  }

  /** The function may read and write items and ask the indexes; scanning is for nobody. */
  giveTo(user: HandlerFunction): void {
    const arn = this.#table.tableArn
    user.give(
      'TABLE_NAME',
      this.#table.tableName,
      { actions: itemActions.map((action) => `dynamodb:${action}`), on: [arn] },
      { actions: ['dynamodb:Query'], on: Object.keys(table.indexes).map((name) => `${arn}/index/${name}`) },
    )
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING }
}
