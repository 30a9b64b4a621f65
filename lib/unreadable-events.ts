import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/** Watches for events of X that the router could not read: they fail nowhere, so no other alarm would tell. */
export class UnreadableEvents extends LogAlarm {
  constructor(scope: Construct, id: string, router: HandlerFunction, alarms: AlarmTopic) {
    super(scope, id, {
      alarms,
      name: 'unreadable-events',
      meaning: 'Some messages of customers did not become tickets',
      because: 'X sent events in a form that the router does not know',
      section: 'unreadable-events',
      logs: [router.logGroup],
      lines: FilterPattern.stringValue('$.message.outcome', '=', 'unreadable'),
      metricName: 'UnreadableEvents',
    })
  }
}
