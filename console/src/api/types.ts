import type {
  ApiDayActivity,
  ApiDryRun,
  ApiExtension,
  ApiMessage,
  ApiTicketReport,
  ApiWaitingReport,
} from '../../../lambdas/core/api/schemas.ts'

/** Short names for the answers of the API. */

export type Extension = ApiExtension
export type ActivityDay = ApiDayActivity
export type Message = ApiMessage
export type Attachment = Message['attachments'][number]
export type Delivery = NonNullable<Message['delivery']>
/** A post that a message quotes or replies to. */
export type PostReference = NonNullable<Message['quoted'] | Message['parent']>
/** Whether X would accept a reply, and what it costs. Validating sends and stores nothing. */
export type ReplyValidation = ApiDryRun
export type Report = ApiTicketReport
export type ReportRow = Report['rows'][number]
/** The numbers of a report row or of the total. */
export type Metrics = Report['total']
export type Grouping = Report['by']
export type WaitingReport = ApiWaitingReport
/** How many times are in each class. */
export type Durations = WaitingReport['ages']
