import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, HeadBucketCommand, NotFound, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'
import { limits } from '../../lambdas/core/tickets/attachment.ts'
import { credentials, region } from '../settings.ts'
import type { Part } from './database.ts'
import { keepStrangersOut } from './queues.ts'
import { refusalOf } from './signed-requests.ts'

/** The bucket of this machine. */
export const bucketName = 'media'

/** A client of the S3 at `endpoint`; the embedded one has its buckets in the path. */
export const storageClient = (endpoint: string): S3Client =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })

/**
 * Starts the embedded S3 on a free port; what it holds are files under `dataDir`.
 * @param origins pages of which browsers may put files there and show them
 */
export async function startStorage(dataDir: string, origins: readonly string[]): Promise<Part> {
  const onServer = (message: unknown) => prepare((message as { fastify: Fastify }).fastify, origins)
  subscribe('fastify.initialization', onServer)
  // Its server is made before it first waits for anything, so nobody else's is prepared.
  const starting = startFauxqs({ port: 0, s3StorageDir: join(dataDir, 'media'), logger: false, defaultRegion: region })
  unsubscribe('fastify.initialization', onServer)
  const server = await starting
  const keepOut = keepStrangersOut(server.port)
  return {
    // By this name, since signed links are opened by browsers.
    endpoint: `http://localhost:${server.port}`,
    async stop() {
      await server.stop()
      keepOut.end()
    },
  }
}

/** As much of the embedded S3's server as is needed here. */
type Fastify = {
  addHook(name: 'onRoute', hook: (route: { bodyLimit?: number }) => void): void
  addHook(name: 'onRequest', hook: (request: { raw: IncomingMessage }, reply: Reply, done: () => void) => void): void
}
type Reply = { header(name: string, value: string): Reply; code(status: number): Reply; send(body: string): void }

/** What S3 does and the embedded one has no setting for: signatures, the bucket's rule for browsers, large files. */
function prepare(fastify: Fastify, origins: readonly string[]): void {
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit = limits.video.maxBytes
  })
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const { origin } = raw.headers
    if (origin !== undefined && origins.includes(origin)) {
      reply.header('access-control-allow-origin', origin).header('vary', 'origin')
      reply.header('access-control-allow-methods', 'GET, PUT').header('access-control-allow-headers', 'content-type')
    }
    if (raw.method === 'OPTIONS') return reply.code(204).send('')
    const refusal = refusalOf(raw, new Date())
    if (refusal === undefined) return done()
    reply
      .code(403)
      .header('content-type', 'application/xml')
      .send(`<Error><Code>${refusal}</Code><Message>${refusal}</Message></Error>`)
  })
}

/** Creates the bucket where there is none. */
export async function ensureBucket(endpoint: string): Promise<void> {
  const client = storageClient(endpoint)
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucketName }))
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    await client.send(new CreateBucketCommand({ Bucket: bucketName })).catch((failure) => {
      if (!(failure instanceof BucketAlreadyOwnedByYou)) throw failure
    })
  } finally {
    client.destroy()
  }
}
