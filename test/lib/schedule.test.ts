import { describe, expect, test } from '@jest/globals'
import { Match } from 'aws-cdk-lib/assertions'
import { type ScheduleName, schedules } from '../../lambdas/runtime/resources.ts'
import { HandlerFunction } from '../../lib/handler-function.ts'
import { Schedule } from '../../lib/schedule.ts'
import { bundle, emptyStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()

function functionId(name: ScheduleName): string {
  const [found] = Object.entries(resourcesOf(template, 'AWS::Lambda::Function')).filter(
    ([, { Properties }]) => Properties.FunctionName === `HelpdeskTwitter-${name}`,
  )
  if (!found) throw new Error(`${name} is not deployed`)
  return found[0]
}

test('every schedule of the manifest is deployed, and no other', () => {
  template.resourcePropertiesCountIs(
    'AWS::Events::Rule',
    { ScheduleExpression: Match.anyValue() },
    Object.keys(schedules).length,
  )
})

test.each([
  ['what waits is brought back every minute', 'requeue', 'rate(1 minute)'],
  ['channels are listened to every five minutes', 'inactivity', 'rate(5 minutes)'],
  ['mentions are polled every two minutes', 'mentions', 'rate(2 minutes)'],
  ['webhook and subscriptions are looked after every fifteen minutes', 'reconcile', 'rate(15 minutes)'],
  ['customers and old tickets are erased every five minutes', 'erase', 'rate(5 minutes)'],
])('%s', (_, name, ScheduleExpression) => {
  template.hasResourceProperties('AWS::Events::Rule', { Name: `HelpdeskTwitter-${name}`, ScheduleExpression })
})

describe.each(Object.entries(schedules) as [ScheduleName, { everyMinutes: number }][])(
  'the schedule %s',
  (name, it) => {
    test('runs its function at the interval of the manifest', () => {
      const unit = it.everyMinutes === 1 ? 'minute' : 'minutes'
      template.hasResourceProperties('AWS::Events::Rule', {
        Name: `HelpdeskTwitter-${name}`,
        State: 'ENABLED',
        ScheduleExpression: `rate(${it.everyMinutes} ${unit})`,
        Targets: [{ Arn: { 'Fn::GetAtt': [functionId(name), 'Arn'] } }],
      })
    })

    test('passes the event unchanged, with the time at which it was due', () => {
      const [rule] = Object.values(resourcesOf(template, 'AWS::Events::Rule')).filter(
        ({ Properties }) => Properties.Name === `HelpdeskTwitter-${name}`,
      )
      expect(rule?.Properties.Targets).toEqual([
        { Arn: expect.anything(), Id: 'Target0', RetryPolicy: expect.anything() },
      ])
    })

    test('retries no failed run and skips a late one', () => {
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: functionId(name) },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60 * it.everyMinutes,
      })
    })

    test('raises an alarm when it stops, also when data is missing', () => {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `HelpdeskTwitter-${name}-stopped`,
        Namespace: 'AWS/Lambda',
        MetricName: 'Invocations',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId(name) } }],
        Statistic: 'Sum',
        Period: Math.max(300, 3 * 60 * it.everyMinutes),
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      })
    })
  },
)

test.each([
  [1, 'rate(1 minute)', 300],
  [15, 'rate(15 minutes)', 45 * 60],
  [60, 'rate(1 hour)', 180 * 60],
])('mentions are polled every %d minutes where the setting says so, and the alarm follows', (minutes, rate, period) => {
  const settled = productTemplate({ mentionsPollMinutes: minutes })
  settled.hasResourceProperties('AWS::Events::Rule', { Name: 'HelpdeskTwitter-mentions', ScheduleExpression: rate })
  settled.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'HelpdeskTwitter-mentions-stopped',
    Period: period,
    AlarmDescription: Match.stringLikeRegexp(`has not run the function mentions for ${period / 60} minutes`),
  })
})

test('a target other than the function of the same name is an error', () => {
  const { stack, alarms } = emptyStack()
  const userImpact = 'Answers wait'
  const router = new HandlerFunction(stack, 'Router', { name: 'router', code: bundle })
  expect(() => new Schedule(stack, 'Schedule', { name: 'requeue', target: router, alarms, userImpact })).toThrow(
    'schedule requeue: its target must be requeue, not router',
  )
})
