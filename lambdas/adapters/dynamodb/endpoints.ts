import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Endpoint } from '../../core/outgoing/endpoint.ts'
import type { EndpointStore } from '../../core/ports/outgoing.ts'
import { ENDPOINTS, getAll, type Item, keys, queryAll, type TableAccess } from './table.ts'

/** The endpoints of outgoing events: one item each, in one partition. */
export function createEndpointStore(access: TableAccess): EndpointStore {
  const { tableName, documents } = access

  async function get(id: string): Promise<Endpoint | null> {
    const [item] = await getAll(access, [keys.endpoint(id)])
    return item ? endpointFrom(item) : null
  }

  /** Sets fields of an endpoint; null if it is gone, or has not so many failures, where they are given. */
  async function set(id: string, fields: Partial<Endpoint>, failures?: number): Promise<Endpoint | null> {
    const names = Object.keys(fields) as (keyof Endpoint)[]
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keys.endpoint(id),
          UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
          ConditionExpression: `attribute_exists(pk)${failures === undefined ? '' : ' AND failures = :seen'}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(names.map((name, index) => [`:v${index}`, fields[name]])),
            ...(failures === undefined ? {} : { ':seen': failures }),
          },
          ReturnValues: 'ALL_NEW',
        }),
      )
      return endpointFrom(Attributes as Item)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null
      throw error
    }
  }

  return {
    async list() {
      const items = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': ENDPOINTS },
        ConsistentRead: true,
      })
      return items.map(endpointFrom)
    },

    get,

    async add(endpoint) {
      await documents.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...keys.endpoint(endpoint.id), ...endpoint },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      )
    },

    change: (id, fields) => set(id, fields),

    async remove(id) {
      await documents.send(new DeleteCommand({ TableName: tableName, Key: keys.endpoint(id) }))
    },

    async noteFailure({ id, failures }, fields) {
      return (await set(id, fields, failures)) ?? get(id)
    },
  }
}

function endpointFrom({ pk: _pk, sk: _sk, ...endpoint }: Item): Endpoint {
  // Only this store writes such items, always complete.
  return endpoint as unknown as Endpoint
}
