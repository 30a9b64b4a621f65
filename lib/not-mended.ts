import { Duration } from 'aws-cdk-lib'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { schedules } from '../lambdas/runtime/resources.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/**
 * Watches for what upkeep found broken and only a person can mend, at X or here: once is enough, since waiting mends
 * nothing. What X itself may mend until the next run is left to `XUnreachable`.
 */
export class NotMended extends LogAlarm {
  constructor(scope: Construct, id: string, upkeep: HandlerFunction, alarms: AlarmTopic) {
    super(scope, id, {
      alarms,
      name: 'not-mended',
      meaning: "Customers' messages are not reaching the helpdesk on one channel or on all",
      because: 'the webhook, a subscription or the access to an account is broken, and only a person can mend it',
      section: 'not-mended',
      logs: [upkeep.logGroup],
      lines: FilterPattern.all(
        FilterPattern.stringValue('$.message.did', '=', 'not_mended'),
        FilterPattern.booleanValue('$.message.mustAct', true),
      ),
      metricName: 'NotMended',
      // Each run tries again: the alarm lasts until one had nothing to complain of.
      period: Duration.minutes(2 * schedules.upkeep.everyMinutes),
    })
  }
}
