import { statuses, type Ticket } from '../tickets/ticket.ts'

/** By what tickets are reported. */
export const groupings = ['tag', 'status', 'channel', 'day'] as const
export type Grouping = (typeof groupings)[number]

/**
 * What a ticket counts for: numbers by name, `opened`, `closed`, `in`, `out` and the class of its first response, each
 * for all tickets, for its status and for each of its tags. Whatever changes a ticket changes the sums by the difference,
 * so they always are what counting all tickets gives.
 */
export type Figures = ReadonlyMap<string, number>

/**
 * Classes of a first response are a tenth apart: the middle of one is within 5 % of every time in it.
 * Class 0 is up to a second.
 */
const STEP = 1.1

/** What a ticket as it stands counts for, on the day on which it was opened. */
export function figuresOf(ticket: Ticket): Figures {
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

/** What the sums change by when a ticket changes; without what stays the same. */
export function differenceOf(before: Ticket | null, after: Ticket): Figures {
  const [gone, come] = [before ? figuresOf(before) : new Map<string, number>(), figuresOf(after)]
  const names = new Set([...gone.keys(), ...come.keys()])
  const changes = [...names].map((name) => [name, (come.get(name) ?? 0) - (gone.get(name) ?? 0)] as const)
  return new Map(changes.filter(([, change]) => change !== 0))
}

/** One line of a report. */
export type ReportRow = {
  readonly opened: number
  readonly closed: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly firstResponse: {
    /** Tickets with a response. */
    readonly count: number
    /** To 5 %; null without a response. */
    readonly medianSeconds: number | null
    /** Tickets by the time until their first response, at most so many seconds each; classes without any are left out. */
    readonly histogram: readonly { readonly upToSeconds: number; readonly count: number }[]
  }
}

/** The line of a group out of sums: `all`, `status#…` or `tag#…`. */
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
      histogram: classes.map((one) => ({ upToSeconds: Math.ceil(STEP ** one.class), count: one.count })),
    },
  }
}

/** The groups of a grouping that sums have tickets in, in the order in which people look for them. */
export function groupsIn(sums: Figures, grouping: 'tag' | 'status'): { group: string; key: string }[] {
  const found = [...sums].flatMap(([name, count]) =>
    count > 0 && name.startsWith(`opened#${grouping}#`) ? [name.slice(`opened#${grouping}#`.length)] : [],
  )
  const order = (key: string) => (grouping === 'status' ? (statuses as readonly string[]).indexOf(key) : 0)
  return found
    .sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
    .map((key) => ({ group: `${grouping}#${key}`, key }))
}

/** Sums of sums. */
export function addUp(all: readonly Figures[]): Figures {
  const sums = new Map<string, number>()
  for (const one of all) for (const [name, value] of one) sums.set(name, (sums.get(name) ?? 0) + value)
  return sums
}

/** Seconds from opening to the first answer that an agent wrote; null before. */
function firstResponseSeconds({ openedAt, firstResponseAt }: Ticket): number | null {
  return firstResponseAt === null ? null : Math.max(0, (Date.parse(firstResponseAt) - Date.parse(openedAt)) / 1000)
}

function classOf(seconds: number): number {
  return seconds <= 1 ? 0 : Math.ceil(Math.log(seconds) / Math.log(STEP))
}

/** The middle ticket's class, by the geometric middle of its bounds. */
function medianOf(classes: readonly { class: number; count: number }[]): number | null {
  const half = classes.reduce((count, one) => count + one.count, 0) / 2
  let passed = 0
  for (const one of classes) {
    passed += one.count
    if (passed >= half) return one.class === 0 ? 1 : STEP ** (one.class - 0.5)
  }
  return null
}

function nameOf(figure: string, group: string): string {
  return `${figure}#${group}`
}
