import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { UploadStore } from '../../core/ports/replies.ts'
import { UPLOAD_LIVES, type Upload } from '../../core/tickets/attachment.ts'
import { getAll, type Item, keys, type TableAccess } from './table.ts'

/** Files that agents hand in, in the table. Those that no reply takes go after a day; `commit` lets a reply take them. */
export function createUploadStore(access: TableAccess): UploadStore {
  const { tableName, documents } = access
  return {
    async add(upload) {
      const expiresAt = Math.ceil((Date.parse(upload.createdAt) + UPLOAD_LIVES) / 1000)
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
  // Only `add` writes such items, and writes them whole.
  return upload as unknown as Upload
}
