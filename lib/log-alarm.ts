import { type Duration, Stack } from 'aws-cdk-lib'
import { type IFilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { alarmPeriod, RunbookAlarm, type RunbookAlarmProps } from './alarms.ts'

export type LogAlarmProps = Omit<RunbookAlarmProps, 'metric' | 'above' | 'below'> & {
  /** The logs in which matching lines count. */
  readonly logGroups: readonly [LogGroup, ...LogGroup[]]
  /** Matches the lines that count. */
  readonly pattern: IFilterPattern
  /** Metric that counts the lines, in the namespace named like the stack. */
  readonly metricName: string
  /** Counting period; default `alarmPeriod`. */
  readonly period?: Duration
}

/** An alarm on log lines, for failures that no metric of AWS shows. One line raises it, unless `breaching` is given. */
export class LogAlarm extends Construct {
  readonly alarm: RunbookAlarm

  constructor(
    scope: Construct,
    id: string,
    { logGroups: [first, ...more], pattern, metricName, period = alarmPeriod, ...alarm }: LogAlarmProps,
  ) {
    super(scope, id)
    const count = (filterId: string, logGroup: LogGroup) =>
      new MetricFilter(this, filterId, {
        logGroup,
        filterPattern: pattern,
        metricNamespace: Stack.of(this).stackName,
        metricName,
        // Periods without a matching line must be data points: CloudWatch replaces missing ones by older ones.
        ...(alarm.breaching && { defaultValue: 0 }),
      })
    const metric = count('Filter', first).metric({ statistic: 'Sum', period })
    for (const [index, log] of more.entries()) count(`Filter${index + 2}`, log)
    this.alarm = new RunbookAlarm(this, 'Alarm', { ...alarm, metric })
  }
}
