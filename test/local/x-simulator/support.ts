import { Agent, createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiResponseError, type ITwitterApiClientPlugin, TwitterApi, type TwitterApiTokens } from 'twitter-api-v2'
import { crcAnswer, isSigned } from '../../../lambdas/core/x/signature.ts'
import { startX, type XOptions, type XSimulator } from '../../../local/x-simulator/simulator.ts'

export const keys = { consumerKey: 'test-consumer-key', consumerSecret: 'test-consumer-secret' }
export const shop = '1480000000000000001'
export const customer = '1481000000000000002'
export const neighbour = '1482000000000000003'

/** What the tests of a file start, and one call to end all of it. */
export function everything() {
  const parts: { stop(): Promise<void> }[] = []
  return {
    async x(options: Partial<XOptions> = {}): Promise<XSimulator> {
      const x = await startX({
        port: 0,
        ...keys,
        retryDelaysMs: [1, 2, 3],
        onTrouble: (sentence) => {
          if (sentence.includes('fault')) throw new Error(sentence)
        },
        ...options,
      })
      parts.push(x)
      return x
    },
    async receiver(): Promise<Receiver> {
      const receiver = await startReceiver()
      parts.push(receiver)
      return receiver
    },
    stop: () => Promise.all(parts.splice(0).map((part) => part.stop())),
  }
}

export type Received = { readonly signed: boolean; readonly raw: string; readonly body: Body }
/** Enough of a delivery's form for the tests; what it really is they say themselves. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into foreign JSON
export type Body = any

export type Receiver = {
  readonly url: string
  readonly received: Received[]
  readonly challenges: string[]
  /** Statuses to answer with before 200 comes again. */
  statuses: number[]
  /** What the next answers wait for. */
  gate: Promise<void> | undefined
  /** The secret with which challenges are answered. */
  secret: string
  stop(): Promise<void>
}

/** A webhook as the product has one: its own check of signatures, its own answer to the CRC. */
async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET') {
      const token = url.searchParams.get('crc_token') ?? ''
      receiver.challenges.push(token)
      response.end(JSON.stringify(crcAnswer(token, receiver.secret)))
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const header = headerOf(request.headers)
    const signed = isSigned(raw, header, { current: keys.consumerSecret, previous: null })
    receiver.received.push({ signed, raw: raw.toString('utf8'), body: JSON.parse(raw.toString('utf8')) })
    await receiver.gate
    response.statusCode = receiver.statuses.shift() ?? 200
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: Receiver = {
    url: `http://localhost:${(server.address() as AddressInfo).port}/webhooks/twitter`,
    received: [],
    challenges: [],
    statuses: [],
    gate: undefined,
    secret: keys.consumerSecret,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}

const headerOf = (headers: IncomingHttpHeaders) => {
  const value = headers['x-twitter-webhooks-signature']
  return typeof value === 'string' ? value : undefined
}

/** The library's client, sent to the simulator: signed for api.x.com, then turned round. */
export function clientAt(
  x: XSimulator,
  tokens: { appKey?: string; appSecret?: string; accessToken?: string; accessSecret?: string } = {},
) {
  const at = new URL(x.url)
  const plugin: ITwitterApiClientPlugin = {
    onBeforeRequestConfig({ params, url }) {
      if (url.pathname.startsWith('/oauth/')) params.forceParseMode = 'url'
      params.timeout = 5_000
    },
    onBeforeRequest({ computedParams }) {
      computedParams.url.protocol = at.protocol
      computedParams.url.host = at.host
    },
  }
  const all: TwitterApiTokens = { appKey: keys.consumerKey, appSecret: keys.consumerSecret, ...tokens }
  const httpAgent = new Agent() as never
  return new TwitterApi(all, { plugins: [plugin], httpAgent })
}

/** The client of an account that has allowed the app. */
export function accountAt(x: XSimulator, user: string): TwitterApi {
  const { token, secret } = x.control.token(user)
  return clientAt(x, { accessToken: token, accessSecret: secret })
}

/** The client with the app's own bearer token. */
export const appAt = (x: XSimulator): Promise<TwitterApi> => clientAt(x).appLogin()

/** Registers a webhook and subscribes an account with the Account Activity API. */
export async function subscribed(x: XSimulator, receiver: Receiver, ...users: string[]): Promise<string> {
  const app = await appAt(x)
  const known = x.control.state().webhooks.find(({ url }) => url === receiver.url)
  const id = known?.id ?? ((await app.v2.post('webhooks', { url: receiver.url })) as Body).data.id
  for (const user of users) {
    await accountAt(x, user).v2.post(`account_activity/webhooks/${id}/subscriptions/all`)
  }
  return id
}

/** The refusal of a call. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiResponseError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof ApiResponseError) return outcome.error
  throw new Error(`It was not refused by an answer: ${JSON.stringify(outcome)}`)
}

/** A call of the control API. */
export async function control(x: XSimulator, method: string, path: string, body?: unknown) {
  const response = await fetch(`${x.url}/_x/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}
