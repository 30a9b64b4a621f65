import { Annotations, Aws, Duration, Stack, Validations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { type AlarmText, alarmSentence } from '../lambdas/runtime/alarm-texts.ts'
import type { HandlerFunction } from './handler-function.ts'

/** Default period over which failures are counted. */
export const alarmPeriod = Duration.minutes(5)

/** The SNS topic of all alarms; it mails the administrators. */
export class AlarmTopic extends Construct {
  readonly topic: Topic

  /** @param addresses mail addresses; each gets a mail from AWS and must confirm the subscription once */
  constructor(scope: Construct, id: string, addresses: readonly string[]) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { enforceSSL: true })

    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com')
    // The policy that enforces TLS replaces SNS's default policy, which admits the alarms of the account.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    )

    for (const address of addresses) this.topic.addSubscription(new EmailSubscription(address))
    if (addresses.length === 0) {
      Annotations.of(this).addWarningV2(
        'helpdesk-twitter:no-alarm-recipients',
        'Nobody receives alarms. Set the context "administrators", in cdk.json or with -c administrators=NAME@HOST.',
      )
    }
    Validations.of(this).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'The subscribers are mail addresses. A dead-letter queue for undelivered mails would raise no alarm itself; ' +
        'the alarm stays visible in CloudWatch.',
    })
  }

  /** Lets the function ask who has confirmed the alarms. */
  grantAsk(reader: HandlerFunction): void {
    const { topicArn } = this.topic
    reader.addResource('ALARM_TOPIC', topicArn, {
      actions: ['sns:ListSubscriptionsByTopic'],
      resources: [topicArn],
    })
  }
}

/** An alarm: its metric, and what the person on call must know. */
export type RunbookAlarmProps = AlarmText & {
  readonly alarms: AlarmTopic
  /** Alarm name without the stack name, which precedes it. */
  readonly name: string
  readonly metric: IMetric
  /** Raise the alarm above this value; default 0. */
  readonly above?: number
  /** Raise the alarm below this value instead, and when data is missing. */
  readonly below?: number
  /** Raise the alarm only if so many of the last periods breach; default 1 of 1. For failures that often pass. */
  readonly breaching?: { readonly periods: number; readonly of: number }
}

/**
 * An alarm that says in one sentence what users notice and why, and links the runbook.
 * By default one breaching period raises it: on a quiet channel a single failure may be the only sign.
 * @throws Error when the sentence or the anchor is malformed, or both thresholds are given
 */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    const { userImpact, cause, section, breaching } = props
    if (!/^[A-Z]\S* .*[^.]$/.test(userImpact) || !/^\S+ .*[^.]$/.test(cause)) {
      throw new Error(`${props.name}: «${userImpact}: ${cause}.» is not a sentence`)
    }
    if (!/^[a-z0-9-]+$/.test(section)) throw new Error(`${props.name}: «${section}» is not an anchor`)
    if (props.above !== undefined && props.below !== undefined)
      throw new Error(`${props.name}: give "above" or "below", not both`)
    super(scope, id, {
      alarmName: `${Stack.of(scope).stackName}-${props.name}`,
      alarmDescription: alarmSentence(props),
      metric: props.metric,
      evaluationPeriods: breaching?.of ?? 1,
      ...(breaching && { datapointsToAlarm: breaching.periods }),
      ...(props.below === undefined
        ? {
            threshold: props.above ?? 0,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.NOT_BREACHING,
          }
        : {
            threshold: props.below,
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.BREACHING,
          }),
    })
    const notify = new SnsAction(props.alarms.topic)
    this.addAlarmAction(notify)
    this.addOkAction(notify)
  }
}
