import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBucket } from '../../../lambdas/adapters/media/bucket.ts'
import { bucketName, ensureBucket, startStorage, storageClient } from '../../../local/aws/storage.ts'
import { region } from '../../../local/settings.ts'
import { files } from '../../support/files.ts'
import { temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
const page = 'http://localhost:3000'
let storage: Awaited<ReturnType<typeof startStorage>>
const start = async () => {
  storage = await startStorage(folder.path, [page])
  await ensureBucket(storage.endpoint)
}

beforeAll(start)
afterAll(async () => {
  await storage.stop()
  folder.remove()
})

const bucket = () => createBucket(bucketName, storageClient(storage.endpoint))
const put = (url: string, bytes: Buffer, headers: Record<string, string>) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) })

describe('the embedded S3', () => {
  test('accepts an upload by a signed link, also above its own size limit', async () => {
    const bytes = files.mp4('large', 30_000_000)
    const url = await bucket().uploadLink('uploads/large', 'video/mp4', bytes.length)
    expect((await put(url, bytes, { 'content-type': 'video/mp4' })).status).toBe(200)
    expect(await bucket().inspect('uploads/large')).toEqual({ size: bytes.length, contentType: 'video/mp4' })
  })

  test('refuses another size, another type, another method and another name', async () => {
    const bytes = files.png('one')
    const url = await bucket().uploadLink('uploads/one', 'image/png', bytes.length)
    expect((await put(url, bytes.subarray(1), { 'content-type': 'image/png' })).status).toBe(403)
    expect((await put(url, bytes, { 'content-type': 'text/html' })).status).toBe(403)
    expect((await fetch(url)).status).toBe(403)
    expect((await put(url.replace('uploads/one', 'sent/one'), bytes, { 'content-type': 'image/png' })).status).toBe(403)
    expect(await bucket().inspect('uploads/one')).toBeNull()
  })

  test('refuses access without a signature, with an expired one, or with other credentials', async () => {
    await bucket().put('sent/two', 'image/png', [files.png('two')] as never)
    const url = new URL(await bucket().link('sent/two'))
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(new URL(url.pathname, url))).status).toBe(403)
    expect((await fetch(new URL(`/${bucketName}`, url))).status).toBe(403)
    const get = new GetObjectCommand({ Bucket: bucketName, Key: 'sent/two' })
    const client = storageClient(storage.endpoint)
    const hourAgo = new Date(Date.now() - 3_600_000)
    const old = await getSignedUrl(client, get, { expiresIn: 900, signingDate: hourAgo })
    expect((await fetch(old)).status).toBe(403)
    const stranger = new S3Client({
      endpoint: storage.endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'guessed' },
    })
    await expect(stranger.send(new ListObjectsV2Command({ Bucket: bucketName }))).rejects.toThrow(
      'SignatureDoesNotMatch',
    )
  })

  test('answers no web page but the console, though everybody knows its credentials', async () => {
    await bucket().put('sent/three', 'image/png', [files.png('three')] as never)
    const url = await bucket().link('sent/three')
    const asked = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(url, { headers, agent: false }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end()
      })
    const { host } = new URL(url)
    expect(await asked({ host })).toBe(200)
    expect(await asked({ host, origin: page })).toBe(200)
    expect(await asked({ host, origin: 'https://evil.example' })).toBe(403)
    expect(await asked({ host, origin: 'null' })).toBe(403)
    expect(await asked({ host: `rebound.example:${new URL(url).port}` })).toBe(403)
    expect(await bucket().inspect('sent/three')).not.toBeNull()
  })

  test('accepts the origin of the console in CORS, and no other', async () => {
    const asks = (origin: string) =>
      fetch(`${storage.endpoint}/${bucketName}/uploads/x`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
      })
    const allowed = await asks(page)
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, page])
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PUT')
    expect((await asks('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('stores a multipart upload, and nothing of an aborted one', async () => {
    async function* broken() {
      yield files.mp4('broken', 20_000_000)
      throw new Error('no more')
    }
    await expect(bucket().put('received/broken', 'video/mp4', broken())).rejects.toThrow('no more')
    expect(await bucket().inspect('received/broken')).toBeNull()
    expect(readdirSync(join(folder.path, 'media/_multipart'))).toEqual([])
    const bytes = files.mp4('whole', 20_000_000)
    async function* whole() {
      for (let at = 0; at < bytes.length; at += 64_000) yield bytes.subarray(at, at + 64_000)
    }
    await bucket().put('received/whole', 'video/mp4', whole())
    const read = await bucket().read('received/whole', 10_000_000, 1_000)
    expect(Buffer.from(read).equals(bytes.subarray(10_000_000, 10_001_000))).toBe(true)
  })

  test('has all objects after a restart', async () => {
    await bucket().put('sent/kept', 'image/png', [files.png('kept')] as never)
    await storage.stop()
    await start()
    expect(await bucket().inspect('sent/kept')).toMatchObject({ contentType: 'image/png' })
  })
})
