import { Duration } from 'aws-cdk-lib'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { schedules } from '../lambdas/runtime/resources.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/** Watches for mails that could not be sent: their readers cannot know what they were not told. */
export class FailedMails extends LogAlarm {
  constructor(
    scope: Construct,
    id: string,
    [first, ...more]: readonly [HandlerFunction, ...HandlerFunction[]],
    alarms: AlarmTopic,
  ) {
    super(scope, id, {
      alarms,
      name: 'failed-mails',
      meaning: 'Administrators do not know that a channel has fallen silent, was taken from us or is broken',
      because: 'a mail that should have told them could not be sent',
      section: 'failed-mails',
      logs: [first.logGroup, ...more.map((writer) => writer.logGroup)],
      lines: FilterPattern.stringValue('$.message.did', '=', 'mail_failed'),
      metricName: 'FailedMails',
      // Each run tries again: the alarm lasts until one of each had nothing to complain of.
      period: Duration.minutes(Math.max(3 * schedules.silence.everyMinutes, 2 * schedules.upkeep.everyMinutes)),
    })
  }
}
