import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { CustomerStore } from '../../core/ports/customers.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Profile } from '../../core/x/profile.ts'
import { getAll, keys, type TableAccess } from './table.ts'

/** A profile that is older says little. */
const KEPT_SECONDS = 30 * 24 * 3600

/** Profiles in the table, an item each. */
export function createCustomerStore({ now, ...access }: TableAccess & { now: Clock }): CustomerStore {
  const nowSeconds = () => Math.floor(now().getTime() / 1000)
  return {
    async profile(id) {
      const [item] = await getAll(access, [keys.profile(id)], false)
      // DynamoDB deletes only days later what has expired.
      if (!item || Number(item.expiresAt) <= nowSeconds()) return null
      // Only `keepProfile` writes such items, always complete.
      return item.profile as Profile
    },

    async keepProfile(id, profile) {
      const Item = { ...keys.profile(id), profile, expiresAt: nowSeconds() + KEPT_SECONDS }
      await access.documents.send(new PutCommand({ TableName: access.tableName, Item }))
    },
  }
}
