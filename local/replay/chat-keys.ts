import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { createChatCipher } from '../../lambdas/adapters/chat/cipher.ts'
import type { ChannelStore } from '../../lambdas/core/ports/channels.ts'
import type { ChatKeyStore, PublicKeys } from '../../lambdas/core/ports/chat.ts'
import type { Encryption } from '../../lambdas/core/ports/platform.ts'
import { channelIdOf } from '../../lambdas/core/x/ids.ts'
import { contextOf } from '../../lambdas/use-cases/chat/account-key.ts'
import { UserError } from '../user-error.ts'
import { type Outcome, outcome, type Step } from './steps.ts'

const keys = z.object({
  user_id: z.string(),
  private_keys_b64: z.string(),
  public_key_version: z.string(),
  public_key: z.string(),
  signing_public_key: z.string(),
  identity_public_key_signature: z.string(),
})

/** Private and public keys of a person, in one version. */
type Keys = z.infer<typeof keys>

/** The keys of a replay: the accounts' private keys, everybody's public ones, and what the bodies then say. */
export type ChatKeys = { readonly all: readonly Keys[]; readonly decrypted: readonly Decrypted[] }

const decrypted = z.looseObject({
  file: z.string(),
  outcome: outcome.optional(),
  text: z.string().optional(),
  attachments: z.array(z.enum(['photo', 'animated_gif', 'video'])).optional(),
  /** X's id of the message that it edits. */
  edits: z.string().optional(),
  /** X's id of the message that it quotes. */
  quotes: z.string().optional(),
  quotation: z.enum(['valid', 'invalid']).optional(),
  /** Why it is a notice, for people. */
  notice: z.string().optional(),
})

type Decrypted = z.infer<typeof decrypted>

/**
 * Reads a file of keys, an object whose values are keys of people, and `decrypted.json` beside it, if there is one.
 * @throws UserError naming the file and field that is missing or invalid
 */
export function readChatKeys(path: string): ChatKeys {
  const file = readJson(path)
  const all = Object.values(typeof file === 'object' && file !== null ? file : {}).flatMap((one: unknown) => {
    const read = keys.safeParse(one)
    return read.success ? [read.data] : []
  })
  if (all.length === 0)
    throw new UserError(`${path} holds no keys: private_keys_b64 and the fields of X's public keys.`)
  const expected = join(dirname(path), 'decrypted.json')
  if (!existsSync(expected)) return { all, decrypted: [] }
  const read = z.array(decrypted).safeParse(readJson(expected))
  if (read.success) return { all, decrypted: read.data }
  const [issue] = read.error.issues
  throw new UserError(`${expected}: ${issue?.path.join('.')}: ${issue?.message}`)
}

function readJson(path: string): unknown {
  if (!existsSync(path)) throw new UserError(`The file ${path} does not exist.`)
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new UserError(`${path} is not JSON.`)
  }
}

/**
 * The steps with what the keys let us expect. The decrypted files keep their own order, at the place of the first of
 * them; without expectations they come first.
 */
export function withDecrypted(steps: readonly Step[], { decrypted: list }: ChatKeys): Step[] {
  const byFile = new Map(steps.map((one) => [one.file, one]))
  const listed = list.flatMap((one) => {
    const step = byFile.get(one.file)
    return step ? [expecting(step, one)] : []
  })
  const isListed = (step: Step) => list.some(({ file }) => file === step.file)
  const hasExpectations = steps.some((one) => one.outcome !== null)
  const place = hasExpectations ? steps.findIndex(isListed) : 0
  return [
    ...steps.slice(0, place).filter((one) => !isListed(one)),
    ...listed,
    ...steps.slice(place).filter((one) => !isListed(one)),
  ]
}

function expecting({ file, body }: Step, { outcome: one, ...more }: Decrypted): Step {
  const outcomes: Outcome[] = [one ?? 'any']
  const { text, attachments, edits, quotes, quotation, notice } = more
  return {
    file,
    body,
    outcome: outcomes,
    ...(one && text !== undefined && { text }),
    ...(attachments && { attachments }),
    ...(edits && { edits }),
    ...(quotes && { quotes: quotation === 'invalid' ? null : quotes }),
    ...(notice !== undefined && { isNotice: true }),
  }
}

/** Gives each account that has a channel its first keys in the file, as an administrator would have entered them. */
export async function enterChatKeys(
  { all }: ChatKeys,
  accounts: readonly { readonly twitterUserId: string; readonly username: string }[],
  { channels, chatKeys, encryption }: { channels: ChannelStore; chatKeys: ChatKeyStore; encryption: Encryption },
): Promise<void> {
  const cipher = createChatCipher()
  const since = new Date(0).toISOString()
  for (const account of accounts) {
    const own = all.filter((one) => one.user_id === account.twitterUserId)
    const [first] = own
    if (!first) continue
    const channelId = channelIdOf(account.twitterUserId)
    const encryptedTokens = await encryption.encrypt(JSON.stringify({ token: 'replay', secret: 'replay' }), channelId)
    await channels.connect({ ...account, at: since, encryptedTokens })
    const version = first.public_key_version
    const fingerprint = await cipher.fingerprint(Buffer.from(first.private_keys_b64, 'base64'))
    const sealed = await encryption.encrypt(first.private_keys_b64, contextOf(channelId, version))
    const about = { version, fingerprint, since }
    const publicKeys = own.map(publicKeysOf)
    const state = { state: 'readable', keyVersion: version, fingerprint, since } as const
    await chatKeys.saveAccountKey(channelId, { sealed, publicKeys, ...about }, state)
  }
}

function publicKeysOf(one: Keys): PublicKeys {
  return {
    userId: one.user_id,
    version: one.public_key_version,
    identityKey: one.public_key,
    signingKey: one.signing_public_key,
    signature: one.identity_public_key_signature,
  }
}

/** An X that only lists public keys and empty conversations; it does not answer anything else. */
export async function startKeyList({ all }: ChatKeys): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const userId = /^\/2\/users\/(\d+)\/public_keys$/.exec(pathname)?.[1]
    const isEvents = /^\/2\/chat\/conversations\/[^/]+\/events$/.test(pathname)
    if (userId === undefined && !isEvents) return void request.destroy()
    const own = all.filter((one) => one.user_id === userId)
    const newest = own.toSorted((a, b) => Number(BigInt(b.public_key_version) - BigInt(a.public_key_version)))
    const data = newest.map(({ private_keys_b64: _private, user_id: _userId, ...record }) => record)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data, meta: { result_count: data.length } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
