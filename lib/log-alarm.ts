import { type Duration, Stack } from 'aws-cdk-lib'
import { type IFilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { alarmPeriod, RunbookAlarm, type RunbookAlarmProps } from './alarms.ts'

export type LogAlarmProps = Omit<RunbookAlarmProps, 'metric' | 'above' | 'below'> & {
  /** One, or those of all who write such lines. */
  readonly logs: readonly [LogGroup, ...LogGroup[]]
  /** Which lines count. */
  readonly lines: IFilterPattern
  /** The name of their number among the metrics. */
  readonly metricName: string
  /** Over which they are counted, when five minutes are too short to tell whether it is over. */
  readonly period?: Duration
}

/** An alarm on lines of logs, for what fails nowhere else: one line is enough unless it is to be `lasting`. */
export class LogAlarm extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { logs: [first, ...more], lines, metricName, period = alarmPeriod, ...alarm }: LogAlarmProps,
  ) {
    super(scope, id)
    const count = (filterId: string, logGroup: LogGroup) =>
      new MetricFilter(this, filterId, {
        logGroup,
        filterPattern: lines,
        metricNamespace: Stack.of(this).stackName,
        metricName,
        // Good periods must be there to be seen: for those without a value CloudWatch looks at older ones.
        ...(alarm.lasting && { defaultValue: 0 }),
      })
    const metric = count('Filter', first).metric({ statistic: 'Sum', period })
    for (const [index, log] of more.entries()) count(`Filter${index + 2}`, log)
    new RunbookAlarm(this, 'Alarm', { ...alarm, metric })
  }
}
