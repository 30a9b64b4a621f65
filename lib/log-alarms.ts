import { Duration, Stack } from 'aws-cdk-lib'
import { FilterPattern, type IFilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { LogEvent, RoutedOutcome } from '../lambdas/core/log-events.ts'
import { type FunctionName, schedules } from '../lambdas/runtime/resources.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm, type LogAlarmProps } from './log-alarm.ts'

const eventIs = (event: LogEvent) => FilterPattern.stringValue('$.message.event', '=', event)
const mustAct = (value: boolean) => FilterPattern.booleanValue('$.message.mustAct', value)
const routedTo = (outcome: RoutedOutcome) => FilterPattern.stringValue('$.message.outcome', '=', outcome)
const replyIs = (status: 'unknown') => FilterPattern.stringValue('$.message.outcome', '=', status)

type Row = Omit<LogAlarmProps, 'alarms' | 'logs' | 'section' | 'metricName'> & {
  readonly writers: readonly FunctionName[]
}

/** What fails nowhere else, and so has no other alarm, by the name of its metric. */
const rows: Readonly<Record<string, Row>> = {
  UnreadableEvents: {
    name: 'unreadable-events',
    userImpact: 'Some messages of customers did not become tickets',
    cause: 'X sent events in a form that the router does not know',
    writers: ['router'],
    lines: routedTo('unreadable'),
  },
  UnknownReplies: {
    name: 'unknown-replies',
    userImpact: 'Some customers may have no answer, and agents must decide whether to send it again',
    cause: 'the sender could not find out whether X had taken a reply',
    writers: ['sender'],
    lines: replyIs('unknown'),
  },
  RepairFailed: {
    name: 'repair-failed',
    userImpact: "Customers' messages are not reaching the helpdesk on one channel or on all",
    cause: 'the webhook, a subscription or the access to an account is broken, and only a person can repair it',
    writers: ['reconcile'],
    lines: FilterPattern.all(eventIs('repair_failed'), mustAct(true)),
    // Each run tries again: the alarm lasts until a run has nothing to report.
    period: Duration.minutes(2 * schedules.reconcile.everyMinutes),
  },
  XUnreachable: {
    name: 'x-unreachable',
    userImpact: "Customers' messages may be missing, and a broken connection to X stays broken",
    cause: 'X did not answer reconcile, or put it off, in three of the last four runs',
    writers: ['reconcile'],
    lines: FilterPattern.all(eventIs('repair_failed'), mustAct(false)),
    // One run a period, whatever the number of channels. X has bad minutes: one bad run wakes nobody.
    period: Duration.minutes(schedules.reconcile.everyMinutes),
    lasting: { bad: 3, of: 4 },
  },
  FailedMails: {
    name: 'failed-mails',
    userImpact: 'Administrators do not know that a channel is silent, revoked or broken',
    cause: 'a mail that should have told them could not be sent',
    writers: ['inactivity', 'reconcile'],
    lines: eventIs('mail_failed'),
    // Each run tries again: the alarm lasts until a run of each has nothing to report.
    period: Duration.minutes(Math.max(3 * schedules.inactivity.everyMinutes, 2 * schedules.reconcile.everyMinutes)),
  },
}

/** Counted without an alarm: how often it happens is worth a look, and wakes nobody. */
const counted: Readonly<Record<string, { readonly writer: FunctionName; readonly lines: IFilterPattern }>> = {
  Repaired: { writer: 'reconcile', lines: eventIs('repaired') },
}

/** Alarms and metrics on lines of logs. The names of events are the very ones that the functions log. */
export class LogAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { handlers, alarms }: { handlers: readonly HandlerFunction[]; alarms: AlarmTopic },
  ) {
    super(scope, id)
    const logOf = (name: FunctionName) => {
      const handler = handlers.find((one) => one.name === name)
      if (!handler) throw new Error(`an alarm counts lines of ${name}, which is not among the handlers`)
      return handler.logGroup
    }
    for (const [metricName, { writers, ...row }] of Object.entries(rows)) {
      const [first, ...more] = writers.map(logOf)
      if (!first) throw new Error(`${row.name}: nobody writes its lines`)
      new LogAlarm(this, metricName, { ...row, section: row.name, metricName, alarms, logs: [first, ...more] })
    }
    for (const [metricName, { writer, lines }] of Object.entries(counted)) {
      new MetricFilter(this, metricName, {
        logGroup: logOf(writer),
        filterPattern: lines,
        metricNamespace: Stack.of(this).stackName,
        metricName,
      })
    }
  }
}
