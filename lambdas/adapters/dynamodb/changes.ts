import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Change } from '../../core/outgoing/change.ts'
import { channelFrom } from './channel-items.ts'
import { type Item, MESSAGE, TICKET } from './table.ts'
import { messageFrom, ticketFrom } from './ticket-items.ts'

type Image = Parameters<typeof unmarshall>[0]

/** A record of the table's stream, in the fields that we read. */
export type StreamRecord = {
  readonly dynamodb?: {
    readonly SequenceNumber?: string | undefined
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime?: number | undefined
    readonly OldImage?: object | undefined
    readonly NewImage?: object | undefined
  }
}

/**
 * The change in a record of the stream; null for an item that no event tells.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 * @throws Error if the item is not as we write it
 */
export function changeFrom({ dynamodb = {} }: StreamRecord): Change | null {
  const before = imageIn(dynamodb.OldImage)
  const after = imageIn(dynamodb.NewImage)
  const { pk, sk } = after ?? before ?? { pk: '', sk: '' }
  const common = {
    id: String(dynamodb.SequenceNumber ?? ''),
    at: new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString(),
  }
  if (sk.startsWith(TICKET)) return { ...common, what: 'ticket', before: ticketIn(before), after: ticketIn(after) }
  if (sk.startsWith(MESSAGE)) {
    return { ...common, what: 'message', before: before && messageFrom(before), after: after && messageFrom(after) }
  }
  if (pk.startsWith('CHANNEL#') && sk === 'CHANNEL') {
    return { ...common, what: 'channel', before: before && channelFrom(before), after: after && channelFrom(after) }
  }
  return null
}

function imageIn(image: object | undefined): Item | null {
  return image ? (unmarshall(image as Image) as Item) : null
}

/** In the place of a ticket may be a placeholder, which has no version. */
function ticketIn(item: Item | null) {
  return item?.version === undefined ? null : ticketFrom(item)
}
