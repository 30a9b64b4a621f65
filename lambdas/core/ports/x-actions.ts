import type { Message } from '../tickets/ticket.ts'
import type { PaidName } from '../x/prices.ts'

/** What stays of actions on X. */
export type XActionStore = {
  /**
   * Counts what an action costs, before it is done.
   * @param at ISO time, @param id unique
   */
  count(channelId: string, name: PaidName, at: string, id: string): Promise<void>
  /** Notes that a message is hidden on X since a time; null if it is shown. Does nothing if the message is gone. */
  noteHidden(message: Message, hiddenAt: string | null): Promise<void>
}
