/** What was fetched from X because of one customer, by UTC day (`YYYY-MM-DD`). */
export type CustomerUseStore = {
  /** Counts one more look-up; false if the customer has had as many on that day. */
  takeLookup(customerId: string, day: string, most: number): Promise<boolean>
  /** Takes back a look-up that X refused. */
  giveBackLookup(customerId: string, day: string): Promise<void>
  /** Counts bytes that are about to be downloaded; false if the day would have more than `most`. */
  takeBytes(customerId: string, day: string, bytes: number, most: number): Promise<boolean>
  /** Takes back bytes that did not come. */
  giveBackBytes(customerId: string, day: string, bytes: number): Promise<void>
}
