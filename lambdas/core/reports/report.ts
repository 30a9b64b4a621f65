import { statuses, type Ticket } from '../tickets/ticket.ts'

/** How a report groups tickets. */
export const groupings = ['tag', 'status', 'channel', 'day'] as const
export type Grouping = (typeof groupings)[number]

/**
 * The numbers that tickets add to a report: `opened`, `closed`, `in`, `out`, and one for the class of the first
 * response time. Each number exists for all tickets, for each status and for each tag.
 */
export type Figures = ReadonlyMap<string, number>

/**
 * Ratio between the bounds of neighbouring classes of first response times. The middle of a class is within 5 % of
 * every time in it. Class 0 ends at one second.
 */
const CLASS_RATIO = 1.1

/** What a report needs of a ticket. */
export type ReportedTicket = Pick<
  Ticket,
  'status' | 'tags' | 'messageCount' | 'outboundCount' | 'openedAt' | 'firstResponseAt'
>

/** The figures of one ticket in its present state. They belong to the day on which it was opened. */
export function figuresOf(ticket: ReportedTicket): Figures {
  const seconds = firstResponseSeconds(ticket)
  const own: [string, number][] = [
    ['opened', 1],
    ['closed', ticket.status === 'closed' ? 1 : 0],
    ['in', ticket.messageCount - ticket.outboundCount],
    ['out', ticket.outboundCount],
    ...(seconds === null ? [] : [[`r${classOf(seconds)}`, 1] as [string, number]]),
  ]
  const groups = ['all', `status#${ticket.status}`, ...ticket.tags.map((tag) => `tag#${tag}`)]
  return new Map(groups.flatMap((group) => own.map(([name, value]) => [nameOf(name, group), value] as const)))
}

/** A row of a report. */
export type ReportRow = {
  readonly opened: number
  readonly closed: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly firstResponse: {
    /** Tickets with a response. */
    readonly count: number
    /** Accurate to 5 %; null if no ticket has a response. */
    readonly medianSeconds: number | null
    /** Tickets by first response time. `upToSeconds` is the upper bound of a class; empty classes are left out. */
    readonly histogram: readonly { readonly upToSeconds: number; readonly count: number }[]
  }
}

/** The row of a group from the sums. @param group `all`, `status#…` or `tag#…` */
export function rowOf(sums: Figures, group: string): ReportRow {
  const sum = (name: string) => sums.get(nameOf(name, group)) ?? 0
  const classes = [...sums]
    .flatMap(([name, count]) => {
      const [, number, of] = /^r(\d+)#(.*)$/s.exec(name) ?? []
      return number !== undefined && of === group && count > 0 ? [{ class: Number(number), count }] : []
    })
    .sort((a, b) => a.class - b.class)
  return {
    opened: sum('opened'),
    closed: sum('closed'),
    messagesIn: sum('in'),
    messagesOut: sum('out'),
    firstResponse: {
      count: classes.reduce((count, one) => count + one.count, 0),
      medianSeconds: medianOf(classes),
      histogram: classes.map((one) => ({ upToSeconds: Math.ceil(CLASS_RATIO ** one.class), count: one.count })),
    },
  }
}

/** The groups that have tickets: statuses in the order of `statuses`, tags by name. */
export function groupsIn(sums: Figures, grouping: 'tag' | 'status'): { group: string; key: string }[] {
  const found = [...sums].flatMap(([name, count]) =>
    count > 0 && name.startsWith(`opened#${grouping}#`) ? [name.slice(`opened#${grouping}#`.length)] : [],
  )
  const order = (key: string) => (grouping === 'status' ? (statuses as readonly string[]).indexOf(key) : 0)
  return found
    .sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
    .map((key) => ({ group: `${grouping}#${key}`, key }))
}

/** Adds figures up. */
export function addUp(all: readonly Figures[]): Figures {
  const sums = new Map<string, number>()
  for (const one of all) for (const [name, value] of one) sums.set(name, (sums.get(name) ?? 0) + value)
  return sums
}

/** Seconds from opening to the first outbound message; null before. */
function firstResponseSeconds({ openedAt, firstResponseAt }: ReportedTicket): number | null {
  return firstResponseAt === null ? null : Math.max(0, (Date.parse(firstResponseAt) - Date.parse(openedAt)) / 1000)
}

function classOf(seconds: number): number {
  return seconds <= 1 ? 0 : Math.ceil(Math.log(seconds) / Math.log(CLASS_RATIO))
}

/** The geometric middle of the class of the middle ticket, in seconds. */
function medianOf(classes: readonly { class: number; count: number }[]): number | null {
  const half = classes.reduce((count, one) => count + one.count, 0) / 2
  let passed = 0
  for (const one of classes) {
    passed += one.count
    if (passed >= half) return one.class === 0 ? 1 : CLASS_RATIO ** (one.class - 0.5)
  }
  return null
}

function nameOf(figure: string, group: string): string {
  return `${figure}#${group}`
}
