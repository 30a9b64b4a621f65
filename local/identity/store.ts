import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

type Entry = { readonly payload: AdapterPayload; readonly expiresAt: number }

/**
 * Stores sign-ins in progress, authorization codes, sessions and refresh tokens in memory. So after a restart people
 * must sign in again when their access token expires.
 * @param graceSeconds for so long a refresh token that was used works as if it was not
 */
export function memoryStore(graceSeconds: number): AdapterFactory {
  const entries = new Map<string, Entry>()
  const find = (matches: (payload: AdapterPayload, key: string) => boolean) => {
    for (const [key, { payload, expiresAt }] of entries) {
      if (expiresAt <= Date.now()) entries.delete(key)
      else if (matches(payload, key)) return payload
    }
    return undefined
  }
  return (model): Adapter => {
    const keyOf = (id: string) => `${model} ${id}`
    const inGrace = ({ consumed }: AdapterPayload) =>
      model === 'RefreshToken' && typeof consumed === 'number' && Date.now() < (consumed + graceSeconds) * 1000
    return {
      async upsert(id, payload, expiresIn) {
        entries.set(keyOf(id), {
          payload,
          expiresAt: expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY,
        })
      },
      async find(id) {
        const payload = find((_, key) => key === keyOf(id))
        return payload && inGrace(payload) ? { ...payload, consumed: undefined } : payload
      },
      findByUid: async (uid) => find((payload, key) => key.startsWith(`${model} `) && payload.uid === uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        const entry = entries.get(keyOf(id))
        if (entry) entry.payload.consumed ??= Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        entries.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
      },
    }
  }
}
