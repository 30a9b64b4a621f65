import { Duration } from 'aws-cdk-lib'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { schedules } from '../lambdas/runtime/resources.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/** Watches for an X that upkeep cannot ask for long. Once is nothing: X has bad minutes, and the next run asks again. */
export class XUnreachable extends LogAlarm {
  constructor(scope: Construct, id: string, upkeep: HandlerFunction, alarms: AlarmTopic) {
    super(scope, id, {
      alarms,
      name: 'x-unreachable',
      meaning: "Customers' messages may be missing, and a connection to X that is broken stays so",
      because: 'X did not answer upkeep, or put it off, in three of the last four runs',
      section: 'x-unreachable',
      logs: [upkeep.logGroup],
      lines: FilterPattern.all(
        FilterPattern.stringValue('$.message.did', '=', 'not_mended'),
        FilterPattern.booleanValue('$.message.mustAct', false),
      ),
      metricName: 'XUnreachable',
      // A period has one run, whatever the number of channels; one that came a little late may share that of another.
      period: Duration.minutes(schedules.upkeep.everyMinutes),
      lasting: { bad: 3, of: 4 },
    })
  }
}
