import type { IncomingMessage } from 'node:http'
import { compileFunction } from 'node:vm'
import { cors, edgeFunction } from '../../lambdas/core/api/edge.ts'
import type { GatewayResponse } from './gateway-events.ts'

type Headers = Record<string, { value: string }>
type EdgeAnswer = { statusCode?: number; headers?: Headers; body?: string }
type Handler = (event: { request: { method: string; uri: string; headers: Headers } }) => EdgeAnswer

/** What CloudFront does with calls of the API in AWS. */
export type Edge = {
  /** The answer to a call that API Gateway never gets; undefined for every other. */
  answer(request: IncomingMessage, path: string): GatewayResponse | undefined
  /** An answer of API Gateway as CloudFront passes it on: with what browsers ask of another origin's. */
  passOn(request: IncomingMessage, answer: GatewayResponse): GatewayResponse
}

/** @param origins whose pages may call the API */
export function createEdge(origins: readonly string[]): Edge {
  const handler = compileFunction(`${edgeFunction(origins)}\nreturn handler`)() as Handler
  return {
    answer({ method = 'GET', headers }, path) {
      const given = Object.entries(headers).map(([name, value]) => [name, { value: String(value) }])
      const {
        statusCode,
        headers: own = {},
        body = '',
      } = handler({
        request: { method, uri: path, headers: Object.fromEntries(given) },
      })
      if (statusCode === undefined) return undefined
      const answered = Object.entries(own).map(([name, { value }]) => [name, value])
      return { status: statusCode, headers: Object.fromEntries(answered), body: Buffer.from(body) }
    },
    passOn({ headers: { origin = '' } }, answer) {
      if (!origins.includes(origin)) return answer
      const expose = cors.answerHeaders.join(', ')
      const added = { 'access-control-allow-origin': origin, 'access-control-expose-headers': expose, vary: 'Origin' }
      return { ...answer, headers: { ...answer.headers, ...added } }
    },
  }
}
