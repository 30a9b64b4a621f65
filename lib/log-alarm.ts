import { type Duration, Stack } from 'aws-cdk-lib'
import { type IFilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { alarmPeriod, RunbookAlarm, type RunbookAlarmProps } from './alarms.ts'

export type LogAlarmProps = Omit<RunbookAlarmProps, 'metric' | 'above' | 'below'> & {
  readonly log: LogGroup
  /** Which lines count. */
  readonly lines: IFilterPattern
  /** The name of their number among the metrics. */
  readonly metricName: string
  /** Over which they are counted, when five minutes are too short to tell whether it is over. */
  readonly period?: Duration
}

/** An alarm on lines of a log, for what fails nowhere else: one line is enough. */
export class LogAlarm extends Construct {
  constructor(scope: Construct, id: string, { log, lines, metricName, period = alarmPeriod, ...alarm }: LogAlarmProps) {
    super(scope, id)
    const filter = new MetricFilter(this, 'Filter', {
      logGroup: log,
      filterPattern: lines,
      metricNamespace: Stack.of(this).stackName,
      metricName,
    })
    new RunbookAlarm(this, 'Alarm', { ...alarm, metric: filter.metric({ statistic: 'Sum', period }) })
  }
}
