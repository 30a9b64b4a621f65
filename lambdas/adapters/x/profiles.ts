import type { XProfiles } from '../../core/ports/x.ts'
import { profileFrom } from '../../core/x/profile.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { answered } from './shapes.ts'

const FIELDS = { 'user.fields': 'created_at,description,location,public_metrics,verified,verified_type' }

/** Reads profiles: https://docs.x.com/x-api/users/get-user-by-id */
export function createXProfiles(access: XAccess): XProfiles {
  return {
    profile: (tokens, id, readAt) =>
      callX(async () => {
        const { v2 } = await asAccount(access, tokens)
        const { data } = answered(await v2.get<unknown>('users/:id', FIELDS, { params: { id } }))
        // X answers 200 without `data` for a person whom it does not show to the account.
        return data === undefined ? null : profileFrom(id, data, readAt)
      }),
  }
}
