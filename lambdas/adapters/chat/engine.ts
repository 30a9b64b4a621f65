import { readFileSync } from 'node:fs'
// The package exports only its wrapper, which neither takes nor gives private keys. This is what it wraps.
import {
  Chat,
  detectImageDimensions,
  initSync,
} from '../../../node_modules/@xdevplatform/chat-xdk/pkg/chat_xdk_wasm.js'
import type { AccountKey } from '../../core/ports/chat.ts'
import { engineFile } from './wasm-files.ts'

/** An engine that holds the keys of one account. */
export type Engine = Chat

/** The length of the private keys of an account: one that opens conversation keys, and one that signs. */
export const KEY_BYTES = 64

/** Accounts whose engines are kept: each costs some KB, and making one a millisecond. */
const MAX_ENGINES = 100

const engines = new Map<string, { readonly bytes: Uint8Array; readonly engine: Engine }>()
let isLoaded = false

function load(): void {
  if (isLoaded) return
  initSync({ module: readFileSync(engineFile) })
  isLoaded = true
}

/** An engine without keys. */
export function bareEngine(): Engine {
  load()
  return new Chat()
}

/** The engine of an account, made once. @throws Error unless the bytes are a key */
export function engineOf({ userId, version, bytes }: AccountKey): Engine {
  const id = `${userId} ${version}`
  const known = engines.get(id)
  if (known && Buffer.compare(known.bytes, bytes) === 0) return known.engine
  const engine = engineWith(bytes, version)
  engine.setIdentity(userId, version)
  if (engines.size >= MAX_ENGINES) engines.clear()
  engines.set(id, { bytes, engine })
  return engine
}

/** @throws Error unless the bytes are a key */
export function engineWith(bytes: Uint8Array, version?: string): Engine {
  if (bytes.length !== KEY_BYTES) throw new Error(`a key has ${KEY_BYTES} bytes, not ${bytes.length}`)
  const engine = bareEngine()
  // The engine overwrites what it is handed.
  engine.importKeys(Uint8Array.from(bytes), version)
  return engine
}

/** Pixels of a picture; null if they cannot be read. */
export function dimensionsOf(bytes: Uint8Array): { width: number; height: number } | null {
  load()
  const found: unknown = detectImageDimensions(bytes)
  const [width, height] = ['width', 'height'].map((name) =>
    typeof found === 'object' && found !== null ? Number(Reflect.get(found, name)) : 0,
  )
  return width && height ? { width, height } : null
}
