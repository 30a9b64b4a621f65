import { Stack } from 'aws-cdk-lib'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type AlarmTopic, alarmPeriod, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

/** Watches for events of X that the router could not read: they fail nowhere, so no other alarm would tell. */
export class UnreadableEvents extends Construct {
  constructor(scope: Construct, id: string, router: HandlerFunction, alarms: AlarmTopic) {
    super(scope, id)
    const unreadable = new MetricFilter(this, 'Filter', {
      logGroup: router.logGroup,
      filterPattern: FilterPattern.stringValue('$.message.outcome', '=', 'unreadable'),
      metricNamespace: Stack.of(this).stackName,
      metricName: 'UnreadableEvents',
    })
    new RunbookAlarm(this, 'Alarm', {
      alarms,
      name: 'unreadable-events',
      meaning: 'Some messages of customers did not become tickets',
      because: 'X sent events in a form that the router does not know',
      section: 'unreadable-events',
      metric: unreadable.metric({ statistic: 'Sum', period: alarmPeriod }),
    })
  }
}
