/** Shared by the schedules that attend every channel: inactivity, mentions, reconcile. */
import type { Channel } from '../core/channels/channel.ts'
import { adviceFor } from '../core/channels/health.ts'
import { type ChannelSchedule, inTurn, turnAfter } from '../core/channels/turn.ts'
import { errorFields } from '../core/log.ts'
import type { HealthStore } from '../core/ports/channels.ts'
import type { Log } from '../core/ports/platform.ts'
import { XError } from '../core/ports/x.ts'

/**
 * What became of a channel. `answered`: X gave what it limits. `refused`: X did not, because of a limit, so the channel
 * keeps its turn. `unasked`: neither, and it had its turn.
 */
export type Attended = 'answered' | 'refused' | 'unasked'

export type RoundOptions<State> = {
  readonly schedule: ChannelSchedule
  /** Channels attended at a time. */
  readonly parallel: number
  /** The longest time for one channel: after it the run goes on without its result. */
  readonly maxChannelMs: number
  /**
   * After so many refusals in a row the run stops, because X limits the whole app, and no more channels than that are
   * attended at a time before the first answer. Without a number the run never stops for refusals.
   */
  readonly maxRefused?: number
  /** What the run still has to do when all channels are attended. */
  readonly reserveMs: number
  /** Milliseconds until the function's time-out. */
  readonly remainingMs: () => number
  readonly now: Date
  readonly health: Pick<HealthStore, 'turn' | 'saveTurn'>
  /** Reads what is stored about some channels, at most 100 in a call; by channel id. */
  readonly read: (channels: readonly Channel[]) => Promise<ReadonlyMap<string, State>>
  readonly log: Log
}

/** How many channels a run had to attend, has attended, failed to attend, and leaves to the next one. */
export type RoundEnd = {
  readonly channels: number
  readonly attended: number
  readonly failed: number
  readonly left: number
}

/** DynamoDB reads so many items in one call. */
const CHUNK = 100

/**
 * Attends the channels in turn. Whatever one throws, or that it never ends, is logged as its finding and stops no other;
 * a temporary refusal of X is no failure of ours. Begins no channel that might not end before the function's time-out.
 * @param work gets a signal that aborts when the time for the channel is over: from then on it must store nothing
 */
export async function eachChannel<State>(
  channels: readonly Channel[],
  { schedule, parallel, maxChannelMs, maxRefused = Infinity, reserveMs, ...options }: RoundOptions<State>,
  work: (channel: Channel, state: State | undefined, signal: AbortSignal) => Promise<Attended>,
): Promise<RoundEnd> {
  const { remainingMs, now, health, read, log } = options
  const turn = await health.turn(schedule)
  let saved = turn
  const order = inTurn(channels, turn)
  const count = { failed: 0, refused: 0, refusedInRow: 0 }
  let begun = 0
  let refusedFrom: number | null = null

  const chunks = new Map<number, Promise<ReadonlyMap<string, State>>>()
  /** Before a chunk is begun its end is stored as the turn, so that a run that is killed does not begin there for ever. */
  const readChunk = async (chunk: number) => {
    const some = order.slice(chunk * CHUNK, (chunk + 1) * CHUNK)
    if (order.length > CHUNK) {
      saved = { ...turn, after: some.at(-1)?.id ?? null }
      await health.saveTurn(schedule, saved)
    }
    return read(some)
  }
  const chunkOf = (index: number) => {
    const chunk = Math.floor(index / CHUNK)
    const known = chunks.get(chunk) ?? readChunk(chunk)
    chunks.set(chunk, known)
    return known
  }

  const attend = async (channel: Channel, index: number): Promise<Attended> => {
    try {
      return await within(maxChannelMs, async (signal) => work(channel, (await chunkOf(index)).get(channel.id), signal))
    } catch (error) {
      const isOfX = error instanceof XError && adviceFor(error) === null
      if (!isOfX) {
        log({ event: 'failed', channelId: channel.id, ...errorFields(error) })
        count.failed++
        return 'unasked'
      }
      log({ event: 'x_call_failed', channelId: channel.id, status: error.status, reason: error.detail })
      return error.status === 429 ? 'refused' : 'unasked'
    }
  }
  const worker = async () => {
    while (begun < order.length && count.refusedInRow < maxRefused && remainingMs() > maxChannelMs + reserveMs) {
      const index = begun++
      const channel = order[index]
      if (!channel) return
      const attended = await attend(channel, index)
      if (attended === 'refused') {
        count.refused++
        count.refusedInRow++
        refusedFrom = Math.min(refusedFrom ?? index, index)
      } else if (attended === 'answered') {
        count.refusedInRow = 0
        begin(parallel)
        if (refusedFrom !== null && index > refusedFrom) refusedFrom = null
      }
    }
  }
  const workers: Promise<void>[] = []
  const begin = (count: number) => {
    while (workers.length < count) {
      const begun = worker()
      // Its error is thrown below. Until then it must not count as unhandled.
      begun.catch(() => {})
      workers.push(begun)
    }
  }
  // Few at first: while X refuses everything, more would only be more refusals.
  begin(Math.min(parallel, maxRefused))
  for (const one of workers) await one

  const next = turnAfter(turn, order, { begun, refusedFrom }, now)
  if (next.after !== saved.after || next.refusedSince !== saved.refusedSince) await health.saveTurn(schedule, next)
  const attended = begun - count.refused
  return { channels: order.length, attended, failed: count.failed, left: order.length - attended }
}

/** @throws Error when the work does not end in time */
async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new Error(`did not end within ${milliseconds / 1000} s`)
    ending.abort(error)
    late.reject(error)
  }, milliseconds)
  try {
    return await Promise.race([work(ending.signal), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
