import { Duration } from 'aws-cdk-lib'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { LogEvent, RoutedOutcome, UsedeskOutcome } from '../lambdas/core/log-events.ts'
import { type FunctionName, schedules } from '../lambdas/runtime/resources.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm, type LogAlarmProps } from './log-alarm.ts'

const eventIs = (event: LogEvent) => FilterPattern.stringValue('$.message.event', '=', event)
const mustAct = (value: boolean) => FilterPattern.booleanValue('$.message.mustAct', value)
const routedTo = (outcome: RoutedOutcome) => FilterPattern.stringValue('$.message.outcome', '=', outcome)
const replyIs = (status: 'unknown') => FilterPattern.stringValue('$.message.outcome', '=', status)
const usedeskIs = (outcome: UsedeskOutcome) => FilterPattern.stringValue('$.message.outcome', '=', outcome)

type Row = Omit<LogAlarmProps, 'alarms' | 'logGroups' | 'section' | 'metricName'> & {
  /** The functions that log such lines. */
  readonly handlers: readonly FunctionName[]
  /** True if there is nothing to alarm while Usedesk is off. */
  readonly isOfUsedesk?: boolean
}

/** Alarms on failures that only log lines show, by metric name. */
const rows: Readonly<Record<string, Row>> = {
  UnreadableEvents: {
    name: 'unreadable-events',
    userImpact: "Some customers' messages did not become tickets",
    cause: 'X sent events in a format that the router cannot read',
    handlers: ['router'],
    pattern: routedTo('unreadable'),
  },
  UnknownReplies: {
    name: 'unknown-replies',
    userImpact: 'Some customers may be without a reply, and agents must decide whether to send it again',
    cause: 'the sender could not find out whether X accepted a reply',
    handlers: ['sender'],
    pattern: replyIs('unknown'),
  },
  LostUsedeskAnswers: {
    name: 'usedesk-answers-lost',
    userImpact: 'Some customers do not get the answer that an agent wrote in Usedesk',
    cause: 'it could not be written as a reply for 24 hours',
    handlers: ['deliver'],
    isOfUsedesk: true,
    pattern: FilterPattern.all(eventIs('usedesk_taken'), usedeskIs('given_up')),
  },
  RepairFailed: {
    name: 'repair-failed',
    userImpact: "Customers' messages do not reach the helpdesk on one channel or on all",
    cause: 'the webhook, a subscription or the access to an account is broken and only a person can repair it',
    handlers: ['reconcile'],
    pattern: FilterPattern.all(eventIs('repair_failed'), mustAct(true)),
    // Every run tries again, so two runs without such a line end the alarm.
    period: Duration.minutes(2 * schedules.reconcile.everyMinutes),
  },
  XUnreachable: {
    name: 'x-unreachable',
    userImpact: "Customers' messages may be missing, and a broken connection to X is not repaired",
    cause: 'X did not answer reconcile, or limited its calls, in three of the last four runs',
    handlers: ['reconcile'],
    pattern: FilterPattern.all(eventIs('repair_failed'), mustAct(false)),
    // One run per period. X often fails for some minutes, so one failed run raises no alarm.
    period: Duration.minutes(schedules.reconcile.everyMinutes),
    breaching: { periods: 3, of: 4 },
  },
  FailedMails: {
    name: 'failed-mails',
    userImpact: 'Administrators do not know that a channel is inactive, revoked or broken',
    cause: 'a mail to them could not be sent',
    handlers: ['inactivity', 'reconcile'],
    pattern: eventIs('mail_failed'),
    // Every run tries again, so the alarm ends when runs of both report no failed mail.
    period: Duration.minutes(Math.max(3 * schedules.inactivity.everyMinutes, 2 * schedules.reconcile.everyMinutes)),
  },
}

/** Alarms on log lines. Their event names are typed, so renaming an event cannot silence an alarm. */
export class LogAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { handlers, alarms, hasUsedesk }: { handlers: readonly HandlerFunction[]; alarms: AlarmTopic; hasUsedesk: boolean },
  ) {
    super(scope, id)
    const logGroupOf = (name: FunctionName) => {
      const handler = handlers.find((one) => one.name === name)
      if (!handler) throw new Error(`LogAlarms needs the handler ${name}`)
      return handler.logGroup
    }
    for (const [metricName, { handlers: names, isOfUsedesk = false, ...row }] of Object.entries(rows)) {
      if (isOfUsedesk && !hasUsedesk) continue
      const [first, ...more] = names.map(logGroupOf)
      if (!first) throw new Error(`${row.name}: no handler logs its lines`)
      new LogAlarm(this, metricName, { ...row, section: row.name, metricName, alarms, logGroups: [first, ...more] })
    }
  }
}
