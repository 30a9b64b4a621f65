import type {
  ApiDayActivity,
  ApiDryRun,
  ApiExtension,
  ApiMessage,
  ApiTicketReport,
} from '../../lambdas/core/api/schemas.ts'

/** Answers of the API, by the names that the pages call them. */

export type Extension = ApiExtension
export type DayOfActivity = ApiDayActivity
export type Message = ApiMessage
export type Attachment = Message['attachments'][number]
/** A post beside a message: the one that it quotes, or the one that it answers. */
export type PostBeside = NonNullable<Message['quoted'] | Message['parent']>
/** What X would say to a reply: nothing is sent or stored. */
export type Check = ApiDryRun
export type Report = ApiTicketReport
export type Figures = Report['total']
export type ReportRow = Report['rows'][number]
export const groupings = ['day', 'channel', 'tag', 'status'] as const satisfies readonly Grouping[]
export type Grouping = Report['by']
