import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { Schedule as Rate, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { type ScheduleName, schedules } from '../lambdas/runtime/resources.ts'
import { type AlarmTopic, alarmPeriod, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

export type ScheduleProps = {
  readonly name: ScheduleName
  readonly target: HandlerFunction
  readonly alarms: AlarmTopic
  /** User impact while the runs stop or fail: begins the sentence of its alarms. */
  readonly userImpact: string
  /** Whole minutes between two runs; default: those of the manifest. */
  readonly everyMinutes?: number
}

/**
 * Invokes a function at an interval, with alarms when runs stop or fail.
 * @throws Error when the function is not that of the schedule
 */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id)
    const { name, target, alarms, userImpact, everyMinutes = schedules[props.name].everyMinutes } = props
    if (target.name !== name) throw new Error(`schedule ${name}: its target must be ${name}, not ${target.name}`)
    // The next run does the work of a failed one; a retry would only overlap with it.
    const withoutRetry = { retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) }
    const rule = new Rule(this, 'Rule', {
      ruleName: `${Stack.of(this).stackName}-${name}`,
      description: `Runs ${name} every ${everyMinutes} min`,
      schedule: Rate.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(target.lambda, withoutRetry)],
    })
    const calls = new EventInvokeConfig(this, 'Calls', { function: target.lambda, ...withoutRetry })

    // Covers a disabled rule, a missing permission and a missing target alike. Three missed runs are no coincidence.
    const minutes = Math.max(alarmPeriod.toMinutes(), 3 * everyMinutes)
    const stopped = new RunbookAlarm(this, 'StoppedAlarm', {
      alarms,
      name: `${name}-stopped`,
      userImpact,
      cause: `the schedule has not run the function ${name} for ${minutes} minutes`,
      section: `${name}-stopped`,
      metric: target.lambda.metricInvocations({ period: Duration.minutes(minutes) }),
      below: 1,
    })
    stopped.node.addDependency(rule)

    new RunbookAlarm(this, 'ErrorsAlarm', {
      alarms,
      name: `${name}-errors`,
      userImpact,
      cause: `the function ${name} crashed or timed out`,
      section: `${name}-errors`,
      metric: target.lambda.metricErrors({ period: alarmPeriod }),
    })

    const reason = 'The next run does the work of a missed one, and an alarm reports when runs stop.'
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason })
    Validations.of(calls).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason })
  }
}
