import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from '../http.ts'
import { partOf } from '../media-uploads.ts'
import type { World } from '../world.ts'
import { conversationIn, forAccounts, textIn } from './chat-access.ts'
import type { ChatMedia } from './chat-state.ts'
import { bytesName, finish, newSealed } from './media-store.ts'

const path = '/2/chat/media'
const maxPartBytes = 3 * 1024 * 1024

/** Files of encrypted conversations. X has their ciphertext only. */
export const chatMediaRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${path}/upload/initialize`,
    access: 'user',
    limit: 'uploads',
    handle: forAccounts(initialize),
  },
  { method: 'POST', path: `${path}/upload/:id/append`, access: 'user', limit: 'uploads', handle: forAccounts(append) },
  {
    method: 'POST',
    path: `${path}/upload/:id/finalize`,
    access: 'user',
    limit: 'uploads',
    handle: forAccounts(finalize),
  },
  { method: 'GET', path: `${path}/:id/:hashKey`, access: 'user', limit: 'chatLookups', handle: forAccounts(download) },
]

function initialize(world: World, call: Call): Answer {
  const body = jsonBody(call)
  const named = textIn(body, 'conversation_id')
  const total = body.total_bytes
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 1) {
    throw invalidRequest('$.total_bytes: a positive integer expected')
  }
  const conversationId = conversationIn(world, { ...call, params: { id: named.replace(':', '-') } })
  const { sessionId, hashKey } = newSealed(world, call.userId ?? '', conversationId, total)
  const data = { conversation_id: named, session_id: sessionId, media_hash_key: hashKey }
  return { status: 200, body: { data } }
}

async function append(world: World, call: Call): Promise<Answer> {
  const media = ownUpload(world, call)
  const { segment_index: index, media: part } = await partOf(call)
  if (!/^\d{1,3}$/.test(index)) throw invalidRequest('$.segment_index: 0 to 999 expected')
  if (!part || part.length > maxPartBytes) throw invalidRequest('$.media: at most 3 MB expected')
  world.bytes.put(`${bytesName(media)}.${index}`, part)
  media.segments = [...new Set([...media.segments, Number(index)])].sort((a, b) => a - b)
  world.changed()
  return { status: 200, body: { data: { expires_at: Math.floor(world.now().getTime() / 1000) + 86_400 } } }
}

function finalize(world: World, call: Call): Answer {
  const media = ownUpload(world, call)
  const { media_hash_key: hashKey, num_parts: parts } = jsonBody(call)
  if (hashKey !== media.hashKey) throw invalidRequest('$.media_hash_key: is not that of this upload')
  if (typeof parts !== 'string' || Number(parts) !== media.segments.length) {
    throw invalidRequest(`$.num_parts: "${media.segments.length}" expected`)
  }
  const bytes = Buffer.concat(
    media.segments.map((index) => world.bytes.get(`${bytesName(media)}.${index}`) ?? Buffer.alloc(0)),
  )
  if (bytes.length !== media.totalBytes) {
    throw invalidRequest(`Segments do not add up to total_bytes: ${bytes.length} of ${media.totalBytes}.`)
  }
  finish(world, media, bytes)
  return { status: 200, body: { data: { success: true } } }
}

function ownUpload({ state }: World, call: Call): ChatMedia {
  const media = state.chat.media.find(({ sessionId }) => sessionId === call.params.id)
  if (!media) throw problem(404, 'Not Found', `Could not find the upload [${call.params.id}].`)
  if (media.userId !== call.userId) throw forbidden('You are not permitted to use this media.')
  return media
}

/** As on X, a file is found under both people's ids only, not under the other person's. */
function download(world: World, call: Call): Answer {
  if (!/^(g\d+|\d+-\d+)$/.test(call.params.id ?? '')) throw invalidRequest('The `id` must name both people')
  const conversationId = conversationIn(world, call)
  const media = world.state.chat.media.find(
    (one) => one.hashKey === call.params.hashKey && one.conversationId === conversationId && one.finished,
  )
  const bytes = media && world.bytes.get(bytesName(media))
  if (!bytes) throw problem(404, 'Not Found', 'Could not find the media.')
  return { status: 200, body: bytes, headers: { 'content-type': 'application/octet-stream' } }
}
