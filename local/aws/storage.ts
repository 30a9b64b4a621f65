import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, HeadBucketCommand, NotFound, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'
import { mediaLimits } from '../../lambdas/core/tickets/attachment.ts'
import { credentials, region } from '../settings.ts'
import { type EmbeddedService, isOwnHost, refuseRemoteConnections } from './embedded-service.ts'
import { signatureError } from './signed-requests.ts'

/** The bucket's name on this machine. */
export const bucketName = 'media'

/** A client of the S3 at `endpoint`. The embedded S3 needs path-style addresses. */
export const storageClient = (endpoint: string): S3Client =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })

/**
 * Starts the embedded S3 on a free port. Its objects are files under `dataDir`.
 * @param origins origins from which browsers may upload and download (CORS)
 */
export async function startStorage(dataDir: string, origins: readonly string[]): Promise<EmbeddedService> {
  const onServer = (message: unknown) => prepare((message as { fastify: Fastify }).fastify, origins)
  subscribe('fastify.initialization', onServer)
  // `startFauxqs` creates its server synchronously, so no other Fastify server gets these hooks.
  const starting = startFauxqs({ port: 0, s3StorageDir: join(dataDir, 'media'), logger: false, defaultRegion: region })
  unsubscribe('fastify.initialization', onServer)
  const server = await starting
  const remoteConnections = refuseRemoteConnections(server.port)
  return {
    // `localhost`, not 127.0.0.1: browsers open the signed links.
    endpoint: `http://localhost:${server.port}`,
    async stop() {
      await server.stop()
      remoteConnections.end()
    },
  }
}

/** The part of Fastify that the hooks use. */
type Fastify = {
  addHook(name: 'onRoute', hook: (route: { bodyLimit?: number }) => void): void
  addHook(name: 'onRequest', hook: (request: { raw: IncomingMessage }, reply: Reply, done: () => void) => void): void
}
type Reply = { header(name: string, value: string): Reply; code(status: number): Reply; send(body: string): void }

/** Adds what S3 does and the embedded S3 does not: it checks signatures, answers CORS and accepts large files. */
function prepare(fastify: Fastify, origins: readonly string[]): void {
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit = mediaLimits.video.maxBytes
  })
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const { origin } = raw.headers
    // The credentials are no secret, so the signature alone keeps no web page out.
    if (!isOwnHost(raw) || (origin !== undefined && !origins.includes(origin))) return refuse(reply, 'AccessDenied')
    if (origin !== undefined) {
      reply.header('access-control-allow-origin', origin).header('vary', 'origin')
      reply.header('access-control-allow-methods', 'GET, PUT').header('access-control-allow-headers', 'content-type')
    }
    if (raw.method === 'OPTIONS') return reply.code(204).send('')
    const errorCode = signatureError(raw, new Date())
    if (errorCode === undefined) return done()
    refuse(reply, errorCode)
  })
}

function refuse(reply: Reply, errorCode: string): void {
  reply
    .code(403)
    .header('content-type', 'application/xml')
    .send(`<Error><Code>${errorCode}</Code><Message>${errorCode}</Message></Error>`)
}

/** Creates the bucket if it does not exist. */
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
