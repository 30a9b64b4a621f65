import { readFileSync } from 'node:fs'
import type * as Juicebox from 'juicebox-sdk'
import type { KeyRecovery, Recovery } from '../../core/ports/chat.ts'
import { recoveryFile } from './wasm-files.ts'

/** X's key store gives up a recovery by itself, but not soon enough for our callers. */
const TIMEOUT_MS = 12_000

/** The client asks for the token of a realm through a global function of this name. */
const TOKEN_FUNCTION = 'JuiceboxGetAuthToken'

/** Node has it; the types of browsers, which describe it, are not ours. */
const webAssembly = Reflect.get(globalThis, 'WebAssembly') as {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: object } }>
}

let loaded: Promise<typeof Juicebox> | undefined

/** Recoveries of a process, one after the other: they share the global function. */
let last: Promise<unknown> = Promise.resolve()

/** Recovers keys from X's key store with `juicebox-sdk`. */
export function createKeyRecovery(): KeyRecovery {
  return {
    recover(config, pin) {
      const recovery = last.then(() => recoverNow(config, pin))
      last = recovery.catch(() => undefined)
      return recovery
    },
  }
}

async function recoverNow(config: unknown, pin: string): Promise<Recovery> {
  const { Client, Configuration, RecoverErrorReason: Reason } = await sdk()
  const tokens = tokensIn(config)
  Reflect.set(
    globalThis,
    TOKEN_FUNCTION,
    async (realm: Uint8Array) => tokens.get(Buffer.from(realm).toString('hex')) ?? '',
  )
  const bytes = new TextEncoder().encode(pin)
  try {
    const client = new Client(new Configuration(clientConfig(config)), [])
    const key = await withTimeout(client.recover(bytes, new Uint8Array(0)))
    return { is: 'recovered', key }
  } catch (error) {
    const { reason, guesses_remaining: left } = (typeof error === 'object' && error !== null ? error : {}) as {
      reason?: unknown
      guesses_remaining?: unknown
    }
    if (reason === Reason.InvalidPin) return { is: 'wrong_pin', guessesLeft: typeof left === 'number' ? left : null }
    if (reason === Reason.NotRegistered) return { is: 'not_registered' }
    // The error of the client holds neither PIN nor key, but its text is not ours: only the cause is told.
    return { is: 'unreachable', detail: typeof reason === 'number' ? (Reason[reason] ?? 'unknown') : 'no answer' }
  } finally {
    bytes.fill(0)
    Reflect.deleteProperty(globalThis, TOKEN_FUNCTION)
  }
}

/** Loads the client, 3 MB of WebAssembly, once. Its own start module imports that in a way that only bundlers know. */
function sdk(): Promise<typeof Juicebox> {
  loaded ??= (async () => {
    // @ts-expect-error the package has types for its start module only
    const glue = await import('juicebox-sdk/juicebox-sdk_bg.js')
    const { instance } = await webAssembly.instantiate(readFileSync(recoveryFile), { './juicebox-sdk_bg.js': glue })
    glue.__wbg_set_wasm(instance.exports)
    return glue as typeof Juicebox
  })()
  return loaded
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

/** The realms' tokens in X's `juicebox_config`, by the realm's id in hexadecimal digits. */
function tokensIn(config: unknown): Map<string, string> {
  const { token_map: list } = fieldsOf(config)
  const entries = (Array.isArray(list) ? list : []).map(fieldsOf)
  return new Map(entries.map(({ key, value }) => [String(key).toLowerCase(), String(fieldsOf(value).token)]))
}

/**
 * The client's configuration in X's `juicebox_config`: with the realms' public keys in `key_store_token_map_json` or
 * `sdk_config`, else made of the list of tokens, as X's own wrapper makes it.
 */
function clientConfig(config: unknown): unknown {
  const { sdk_config, key_store_token_map_json, realms, token_map: list } = fieldsOf(config)
  if (typeof sdk_config === 'string') return sdk_config
  if (typeof key_store_token_map_json === 'string') return key_store_token_map_json
  if (realms !== undefined || !Array.isArray(list)) return config
  return {
    realms: list.map(fieldsOf).map(({ key, value }) => ({ id: key, address: fieldsOf(value).address })),
    register_threshold: list.length,
    recover_threshold: Math.floor(list.length / 2) + 1,
    pin_hashing_mode: 'Standard2019',
  }
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), TIMEOUT_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
