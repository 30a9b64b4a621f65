import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Endpoint } from '../../core/outgoing/endpoint.ts'
import type { EndpointStore } from '../../core/ports/outgoing.ts'
import { ENDPOINTS, getAll, type Item, keys, queryAll, type TableAccess } from './table.ts'

/** The endpoints of outgoing events: one item each, in one partition. */
export function createEndpointStore(access: TableAccess): EndpointStore {
  const { tableName, documents } = access

  /** Changes an item that must be there; null if it is not. */
  async function update(
    id: string,
    expression: string,
    names: Record<string, string>,
    values: Record<string, unknown>,
  ) {
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keys.endpoint(id),
          UpdateExpression: expression,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
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

    async get(id) {
      const [item] = await getAll(access, [keys.endpoint(id)])
      return item ? endpointFrom(item) : null
    },

    async add(endpoint) {
      await documents.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...keys.endpoint(endpoint.id), ...endpoint },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      )
    },

    change(id, fields) {
      const names = Object.keys(fields) as (keyof Endpoint)[]
      return update(
        id,
        `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
        Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        Object.fromEntries(names.map((name, index) => [`:v${index}`, fields[name]])),
      )
    },

    async remove(id) {
      await documents.send(new DeleteCommand({ TableName: tableName, Key: keys.endpoint(id) }))
    },

    async countFailure(id, at) {
      const counted = await update(id, 'ADD #failures :one', { '#failures': 'failures' }, { ':one': 1 })
      if (!counted || counted.failingSince !== null) return counted
      return update(id, 'SET #since = :at', { '#since': 'failingSince' }, { ':at': at })
    },
  }
}

function endpointFrom({ pk: _pk, sk: _sk, ...endpoint }: Item): Endpoint {
  // Only this store writes such items, always complete.
  return endpoint as unknown as Endpoint
}
