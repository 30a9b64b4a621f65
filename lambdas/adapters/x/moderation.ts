import type { TwitterApi } from 'twitter-api-v2'
import { type AccountTokens, XError, type XModeration } from '../../core/ports/x.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { fieldsOf } from './shapes.ts'

/**
 * Hides answers, mutes people, blocks their direct messages and deletes posts as an account. Sources:
 * https://docs.x.com/x-api/posts/hide-reply, https://docs.x.com/x-api/users/mute-user,
 * https://docs.x.com/x-api/users/block-dms, https://docs.x.com/x-api/posts/delete-post
 */
export function createXModeration(access: XAccess): XModeration {
  /** @param field what X's answer says to be `value` after a success */
  async function call(
    tokens: AccountTokens,
    field: string,
    value: boolean,
    make: (v2: TwitterApi['v2']) => Promise<unknown>,
  ): Promise<void> {
    const answer = await callX(async () => make((await asAccount(access, tokens)).v2))
    if (fieldsOf(fieldsOf(answer).data)[field] !== value)
      throw new XError(200, `X answered without «${field}: ${value}»`)
  }

  return {
    setHidden: (tokens, id, hidden) =>
      call(tokens, 'hidden', hidden, (v2) => v2.put('tweets/:id/hidden', { hidden }, { params: { id } })),

    deletePost: (tokens, id) =>
      call(tokens, 'deleted', true, (v2) => v2.delete('tweets/:id', undefined, { params: { id } })),

    setMuted: (tokens, own, person, muted) =>
      call(tokens, 'muting', muted, (v2) =>
        muted
          ? v2.post('users/:own/muting', { target_user_id: person }, { params: { own } })
          : v2.delete('users/:own/muting/:person', undefined, { params: { own, person } }),
      ),

    setDirectMessagesBlocked: (tokens, person, blocked) =>
      call(tokens, 'blocked', blocked, (v2) =>
        v2.post(`users/:person/dm/${blocked ? 'block' : 'unblock'}`, undefined, { params: { person } }),
      ),
  }
}
