import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/** Watches for replies of which nobody knows whether X took them: they wait for a person, and nothing else tells. */
export class UnknownReplies extends LogAlarm {
  constructor(scope: Construct, id: string, sender: HandlerFunction, alarms: AlarmTopic) {
    super(scope, id, {
      alarms,
      name: 'unknown-replies',
      meaning: 'Some customers perhaps have no answer, and their agents must decide whether to send it again',
      because: 'the sender could not find out whether X had taken a reply',
      section: 'unknown-replies',
      logs: [sender.logGroup],
      lines: FilterPattern.stringValue('$.message.outcome', '=', 'unknown'),
      metricName: 'UnknownReplies',
    })
  }
}
