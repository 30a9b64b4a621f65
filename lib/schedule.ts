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
  readonly runs: HandlerFunction
  readonly alarms: AlarmTopic
  /** User impact while the schedule does not run: begins the sentence of its alarm. */
  readonly userImpact: string
}

/**
 * Runs a function by the clock, as often as the manifest says, with an alarm for when it no longer does.
 * @throws Error when the manifest names another function
 */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, { name, runs, alarms, userImpact }: ScheduleProps) {
    super(scope, id)
    if (runs.name !== name) throw new Error(`schedule ${name}: runs ${runs.name}, by the manifest it is ${name}`)
    const { everyMinutes } = schedules[name]
    // The next run does what this one did not: tried again, a late run would only meet it.
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) }
    const rule = new Rule(this, 'Rule', {
      ruleName: `${Stack.of(this).stackName}-${name}`,
      description: `Runs ${name} every ${everyMinutes} min`,
      schedule: Rate.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(runs.lambda, once)],
    })
    const calls = new EventInvokeConfig(this, 'Calls', { function: runs.lambda, ...once })

    // A rule that was switched off, or lost its permission or its function: from here all of them look the same.
    // Three runs are not missed by chance.
    const minutes = Math.max(alarmPeriod.toMinutes(), 3 * everyMinutes)
    const stopped = new RunbookAlarm(this, 'StoppedAlarm', {
      alarms,
      name: `${name}-stopped`,
      userImpact: userImpact,
      cause: `the function ${name} has not been run for ${minutes} minutes, though its schedule should run it`,
      section: `${name}-stopped`,
      metric: runs.lambda.metricInvocations({ period: Duration.minutes(minutes) }),
      below: 1,
    })
    stopped.node.addDependency(rule)

    const reason = 'A run that is missed needs no way back: the next does its work, and an alarm tells when none comes.'
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason })
    Validations.of(calls).acknowledge({ id: 'Serverless-LambdaAsyncFailureDestination', reason })
  }
}
