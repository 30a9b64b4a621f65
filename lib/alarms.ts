import { Annotations, Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/** The period over which failures are counted. */
export const alarmPeriod = Duration.minutes(5)

/** Where every alarm goes: a topic that writes to the administrators. */
export class AlarmTopic extends Construct {
  readonly topic: Topic

  /** @param addresses e-mail addresses; each gets a letter from AWS that it must confirm once */
  constructor(scope: Construct, id: string, addresses: readonly string[]) {
    super(scope, id)
    // A key of our own, cause CloudWatch is not let in by the policy of the key that AWS manages for SNS.
    const key = new Key(this, 'Key', {
      description: 'Alarms of the Twitter channel',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true })

    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com')
    key.grant(cloudWatch, 'kms:Decrypt', 'kms:GenerateDataKey*')
    // The policy that enforces TLS takes the place of SNS's own, which would have let the account's alarms in.
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
        'helpdesk-twitter:nobody-hears-alarms',
        'Nobody hears the alarms: set the context "administrators", in cdk.json or with -c administrators=NAME@HOST',
      )
    }
    Validations.of(this).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'The subscriptions are e-mail addresses. A letter that cannot be delivered is of no use in a queue that ' +
        'nobody is told about; the alarm itself stays visible in CloudWatch.',
    })
  }
}

/** What an alarm must say besides its metric. All four are demanded, so that no alarm wakes anybody without them. */
export type RunbookAlarmProps = {
  readonly alarms: AlarmTopic
  /** The alarm's name, after the stack's. */
  readonly name: string
  /** What people suffer: the beginning of a sentence, as in «Customers' messages are not becoming tickets». */
  readonly userImpact: string
  /** The rest of that sentence: what was seen, without a full stop. */
  readonly cause: string
  /** The anchor of the section of `docs/runbook.md` that says what to do. */
  readonly section: string
  readonly metric: IMetric
  /** The alarm goes off above this value; 0 when neither this nor `below` is given. */
  readonly above?: number
  /** The alarm goes off below this value instead, and when there is nothing to measure: silence is the failure. */
  readonly below?: number
  /** So many bad periods among so many raise the alarm; one alone when not given. For what mostly passes by itself. */
  readonly lasting?: { readonly bad: number; readonly of: number }
}

/**
 * An alarm that says in one sentence what its failure means for people and where it is written what to do.
 * One period decides unless it says otherwise: on a quiet channel a single failure is all there is to see.
 * @throws Error when the sentence or the anchor is not one, or both limits are given
 */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    const { userImpact, cause, section, lasting } = props
    if (!/^[A-Z]\S* .*[^.]$/.test(userImpact) || !/^\S+ .*[^.]$/.test(cause)) {
      throw new Error(`${props.name}: «${userImpact}: ${cause}.» is not a sentence`)
    }
    if (!/^[a-z0-9-]+$/.test(section)) throw new Error(`${props.name}: «${section}» is not an anchor`)
    if (props.above !== undefined && props.below !== undefined) throw new Error(`${props.name}: above or below?`)
    super(scope, id, {
      alarmName: `${Stack.of(scope).stackName}-${props.name}`,
      alarmDescription: `${userImpact}: ${cause}. What to do: docs/runbook.md#${section}`,
      metric: props.metric,
      evaluationPeriods: lasting?.of ?? 1,
      ...(lasting && { datapointsToAlarm: lasting.bad }),
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
    const tell = new SnsAction(props.alarms.topic)
    this.addAlarmAction(tell)
    this.addOkAction(tell)
  }
}
