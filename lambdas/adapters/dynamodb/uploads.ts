import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { UploadStore } from '../../core/ports/replies.ts'
import { UPLOAD_LIFETIME_MS, type Upload } from '../../core/tickets/attachment.ts'
import { getAll, type Item, keys, type TableAccess } from './table.ts'

/** Agents' uploads in the table. They expire after a day unless `commit` gives them to a reply. */
export function createUploadStore(access: TableAccess): UploadStore {
  const { tableName, documents } = access
  return {
    async add(upload) {
      const expiresAt = Math.ceil((Date.parse(upload.createdAt) + UPLOAD_LIFETIME_MS) / 1000)
      const item = { ...keys.upload(upload.id), ...upload, expiresAt }
      await documents.send(new PutCommand({ TableName: tableName, Item: item }))
    },

    async get(ids) {
      const items = await getAll(access, ids.map(keys.upload))
      return items.map((item) => (item ? uploadFrom(item) : null))
    },
  }
}

function uploadFrom({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...upload }: Item): Upload {
  // Only `add` writes such items, always complete.
  return upload as unknown as Upload
}
