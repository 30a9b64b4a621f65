import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { queues, schedules } from '../../lambdas/runtime/resources.ts'
import { RunbookAlarm } from '../../lib/alarms.ts'
import { emptyStack, productApp, productStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const deployed = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties)
const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8')

/** The anchors of the headings, as GitHub makes them; a comment in a code block is none. */
const anchors = [...runbook.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
)

const named = (name: string) => `HelpdeskTwitter-${name}`

test('every queue and schedule has its alarms, and so has every other way to lose a message; no two tell the same', () => {
  expect(deployed.map(({ AlarmName }) => AlarmName).sort()).toEqual(
    [
      ...Object.keys(queues).flatMap((name) => [`${name}-dead-letters`, `${name}-oldest-message`]),
      ...Object.keys(schedules).flatMap((name) => [`${name}-errors`, `${name}-stopped`]),
      'api-fails-calls',
      'changes-late',
      'failed-mails',
      'repair-failed',
      'unknown-replies',
      'unreadable-events',
      'webhook-refuses-deliveries',
      'x-unreachable',
    ]
      .map(named)
      .sort(),
  )
})

describe.each(deployed.map((alarm) => [alarm.AlarmName, alarm]))('the alarm %s', (_, alarm) => {
  const { AlarmDescription, AlarmActions } = alarm as { AlarmDescription: string; AlarmActions: unknown }

  test('says in one sentence what users notice and why', () => {
    expect(AlarmDescription).toMatch(/^[A-Z][^.]{20,}: [^.]{20,}\. What to do: /)
  })

  test('links a section of the runbook', () => {
    const [, anchor] = /docs\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? []
    expect(anchors).toContain(anchor)
  })

  test('notifies the administrators', () => {
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }])
  })
})

test('every section that the runbook links exists', () => {
  const references = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
  expect(references.length).toBeGreaterThan(0)
  expect(references.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([])
})

test.each(Object.keys(queues))(
  'one message in the dead-letter queue of %s raises an alarm, and five minutes of waiting do',
  (queue) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: named(`${queue}-dead-letters`),
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    })
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: named(`${queue}-oldest-message`),
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 300,
    })
  },
)

/** The log and the pattern of each filter that counts into a metric, and what a line counts. */
const filtersOf = (metricName: string) =>
  Object.values(resourcesOf(template, 'AWS::Logs::MetricFilter')).flatMap(({ Properties }) => {
    const [counts, ...others] = Properties.MetricTransformations as Record<string, unknown>[]
    if (counts?.MetricName !== metricName) return []
    expect(others).toEqual([])
    expect(counts).toMatchObject({ MetricNamespace: 'HelpdeskTwitter', MetricValue: '1' })
    const { Ref: log } = Properties.LogGroupName as { Ref: string }
    return { log: log.replace(/Log\w+$/, ''), lines: Properties.FilterPattern, otherwise: counts.DefaultValue }
  })

describe('one log line raises an alarm:', () => {
  const repairFailed = '{ ($.message.event = "repair_failed") && ($.message.mustAct IS TRUE) }'

  test.each([
    ['an unreadable event', 'UnreadableEvents', ['Router'], '{ $.message.outcome = "unreadable" }', 300],
    ['a reply with unknown outcome', 'UnknownReplies', ['Sender'], '{ $.message.outcome = "unknown" }', 300],
    ['a mail that failed', 'FailedMails', ['Inactivity', 'Reconcile'], '{ $.message.event = "mail_failed" }', 1800],
    ['a fault that only a person can repair', 'RepairFailed', ['Reconcile'], repairFailed, 1800],
  ])('%s', (_, MetricName, logs, lines, Period) => {
    expect(filtersOf(MetricName).map(({ log }) => log)).toEqual(logs)
    for (const filter of filtersOf(MetricName)) expect(filter.lines).toBe(lines)
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName,
      Namespace: 'HelpdeskTwitter',
      Statistic: 'Sum',
      Period,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    })
  })
})

test('reconcile raises an alarm when X was unreachable in three of four runs', () => {
  const [filter, ...others] = filtersOf('XUnreachable')
  expect(others).toEqual([])
  expect(filter).toEqual({
    log: 'Reconcile',
    lines: '{ ($.message.event = "repair_failed") && ($.message.mustAct IS FALSE) }',
    // A good run must be a data point: CloudWatch replaces a missing one by an older one.
    otherwise: 0,
  })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'XUnreachable',
    Statistic: 'Sum',
    Period: 60 * schedules.reconcile.everyMinutes,
    EvaluationPeriods: 4,
    DatapointsToAlarm: 3,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  })
})

test('no metric is counted that raises no alarm', () => {
  const counted = Object.values(resourcesOf(template, 'AWS::Logs::MetricFilter')).flatMap(({ Properties }) =>
    (Properties.MetricTransformations as { MetricName: string }[]).map(({ MetricName }) => MetricName),
  )
  const watched = deployed.map(({ MetricName }) => MetricName)
  expect(counted.length).toBeGreaterThan(0)
  expect(counted.filter((name) => !watched.includes(name))).toEqual([])
})

describe('the topic', () => {
  test('accepts only alarms of this account, and only over TLS', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    })
  })

  test('mails every administrator', () => {
    const two = productTemplate({ administrators: ['a@example.com', 'b@example.com'] })
    const subscriptions = Object.values(resourcesOf(two, 'AWS::SNS::Subscription'))
    expect(subscriptions.map(({ Properties }) => `${Properties.Protocol} ${Properties.Endpoint}`)).toEqual([
      'email a@example.com',
      'email b@example.com',
    ])
  })

  test('without administrators: synthesis warns and succeeds', () => {
    jest.spyOn(console, 'error').mockReturnValue()
    const app = productApp()
    const stack = productStack(app, { administrators: [] })
    expect(() => app.synth()).not.toThrow()
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('Nobody receives alarms'))
  })
})

describe('an alarm is refused', () => {
  const make = (userImpact: string, section: string, limits: { above?: number; below?: number } = {}) => {
    const { stack, alarms } = emptyStack()
    const metric = new Metric({ namespace: 'Trial', metricName: 'Trial' })
    const cause = 'something failed'
    return () =>
      new RunbookAlarm(stack, 'Alarm', { alarms, name: 'trial', userImpact, cause, section, metric, ...limits })
  }

  test('without a sentence', () => {
    expect(make('Errors', 'trial')).toThrow('is not a sentence')
    expect(make('', 'trial')).toThrow('is not a sentence')
  })

  test('without a section of the runbook', () => {
    expect(make('Customers wait in vain', '')).toThrow('is not an anchor')
  })

  test('with two thresholds', () => {
    expect(make('Customers wait in vain', 'trial', { above: 1, below: 1 })).toThrow(
      'trial: give "above" or "below", not both',
    )
  })
})
