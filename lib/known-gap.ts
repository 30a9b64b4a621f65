import { Validations } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

export type KnownGapProps = {
  /** The alarm on deliveries that X got no good answer for. */
  readonly alarm: RunbookAlarm
  readonly reconcile: HandlerFunction
}

/**
 * Tells `reconcile` when the alarm begins and ends. What the gateway turned away, or answered while the webhook did not
 * run, is a known gap then, although no function could note it.
 */
export class KnownGap extends Construct {
  constructor(scope: Construct, id: string, { alarm, reconcile }: KnownGapProps) {
    super(scope, id)
    const rule = new Rule(this, 'Rule', {
      description: 'Deliveries that the webhook could not note become a known gap',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: [alarm.alarmArn],
      },
      targets: [new LambdaFunction(reconcile.lambda)],
    })
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'The end of the alarm tells the whole gap again. If that is lost too, the alarm leads to the runbook.',
    })
  }
}
