import { Stack } from 'aws-cdk-lib'
import { type IFilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { alarmPeriod, RunbookAlarm, type RunbookAlarmProps } from './alarms.ts'

export type LogAlarmProps = Omit<RunbookAlarmProps, 'metric' | 'above' | 'below'> & {
  readonly log: LogGroup
  /** Which lines count. */
  readonly lines: IFilterPattern
  /** The name of their number among the metrics. */
  readonly metricName: string
}

/** An alarm on lines of a log, for what fails nowhere else: one line is enough. */
export class LogAlarm extends Construct {
  constructor(scope: Construct, id: string, { log, lines, metricName, ...alarm }: LogAlarmProps) {
    super(scope, id)
    const filter = new MetricFilter(this, 'Filter', {
      logGroup: log,
      filterPattern: lines,
      metricNamespace: Stack.of(this).stackName,
      metricName,
    })
    new RunbookAlarm(this, 'Alarm', { ...alarm, metric: filter.metric({ statistic: 'Sum', period: alarmPeriod }) })
  }
}
