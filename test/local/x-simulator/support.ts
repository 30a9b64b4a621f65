import { Agent, createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiResponseError, type ITwitterApiClientPlugin, TwitterApi, type TwitterApiTokens } from 'twitter-api-v2'
import { crcAnswer, signerOf } from '../../../lambdas/core/x/signature.ts'
import { close } from '../../../local/server.ts'
import { startX, type XOptions, type XSimulator } from '../../../local/x-simulator/simulator.ts'
import { eventually } from '../support.ts'

export const keys = { consumerKey: 'test-consumer-key', consumerSecret: 'test-consumer-secret' }
export const shop = '1480000000000000001'
export const customer = '1481000000000000002'
export const neighbour = '1482000000000000003'

/** Starts what the tests of a file need; `stop` ends all of it. */
export function everything() {
  const parts: { stop(): Promise<void> }[] = []
  return {
    async x(options: Partial<XOptions> = {}): Promise<XSimulator> {
      const x = await startX({
        port: 0,
        ...keys,
        retryDelaysMs: [1, 2, 3],
        onWarning: (sentence) => {
          if (sentence.startsWith('The X simulator failed')) throw new Error(sentence)
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
/** A body whose form the tests check themselves. */
// biome-ignore lint/suspicious/noExplicitAny: the tests read JSON of any form
export type Body = any

export type Receiver = {
  readonly url: string
  readonly received: Received[]
  readonly challenges: string[]
  /** The statuses of the next answers, before 200 again. */
  statuses: number[]
  /** The next answers wait for this promise. */
  gate: Promise<void> | undefined
  /** The secret for answering challenges. */
  secret: string
  stop(): Promise<void>
}

/** A webhook that verifies signatures and answers the CRC with the product's own code. */
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
    const signed = signerOf(raw, header, { current: keys.consumerSecret, previous: null }) !== null
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
    stop: () => close(server),
  }
  return receiver
}

const headerOf = (headers: IncomingHttpHeaders) => {
  const value = headers['x-twitter-webhooks-signature']
  return typeof value === 'string' ? value : undefined
}

/** The library's client. It signs for api.x.com, then sends the request to the simulator. */
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

/** The client of an account that has authorized the app. */
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

/** Subscribes an account to event types of the X Activity API. */
export async function subscribedToActivity(x: XSimulator, webhook_id: string, user: string, ...types: string[]) {
  for (const event_type of types) {
    const body = { event_type, filter: { user_id: user }, tag: 'helpdesk', webhook_id }
    await accountAt(x, user).v2.post('activity/subscriptions', body)
  }
}

/** Waits for that many deliveries and returns them in the order in which X sent them: they may overtake each other. */
export async function delivered(x: XSimulator, { received }: Receiver, wanted: number): Promise<Received[]> {
  await eventually(`${wanted} deliveries`, () => received.length >= wanted)
  const order = x.control.deliveries().map(({ body }) => body)
  return received.toSorted((a, b) => order.indexOf(a.raw) - order.indexOf(b.raw))
}

/** Waits until no delivery is pending. */
export const deliveriesEnded = (x: XSimulator) =>
  eventually('the end of all deliveries', () =>
    x.control.deliveries().every(({ status }) => status !== 'waiting' && status !== 'held'),
  )

/** The error answer of a call. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiResponseError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof ApiResponseError) return outcome.error
  throw new Error(`The call did not get an error answer: ${JSON.stringify(outcome)}`)
}

/** The status and the message of the error answer of a call. */
export async function messageOf(call: Promise<unknown>) {
  const { code, data } = await refusalOf(call)
  return [code, (data as Body).errors?.[0]?.message ?? data.detail]
}

/** A call of the control API. */
export async function control(x: XSimulator, method: string, path: string, body?: unknown) {
  const response = await fetch(`${x.url}/_x/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}
