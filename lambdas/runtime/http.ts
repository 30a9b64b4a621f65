import middy from '@middy/core'
import httpRouter from '@middy/http-router'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { isFromFrontDoor } from '../core/api/origin.ts'
import { Problem, problemAnswer } from '../core/api/problem.ts'
import { errorFields } from '../core/log.ts'
import type { Log } from '../core/ports/platform.ts'

type Answer = APIGatewayProxyStructuredResultV2
type Endpoint = { method: string; path: string; answer: (event: APIGatewayProxyEventV2) => Promise<Answer> }

/** Characters that are shown of a path that there is not. */
const MAX_SHOWN = 200

/**
 * The handler of an HTTP API: routes by method and path, answers 404 and 405 itself, and answers every Problem as
 * `application/problem+json`. Any other error is logged and answered 500 without details.
 * @param originSecrets what the front door tells of itself; empty: nothing is asked
 */
export function httpHandler(endpoints: readonly Endpoint[], log: Log, originSecrets: readonly string[] = []) {
  const byPath = Map.groupBy(endpoints, (endpoint) => endpoint.path)
  const router = httpRouter({
    routes: [...byPath].map(([path, ofPath]) => ({ method: 'ANY', path, handler: byMethod(ofPath) })),
    notFoundResponse: ({ path }: { path: string }) => {
      const shown = path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path
      throw new Problem(404, `the API has no path ${shown.toWellFormed()}`)
    },
  })
  return middy<APIGatewayProxyEventV2, Answer>()
    .before(({ event }) => {
      if (!isFromFrontDoor(event.headers, originSecrets)) {
        throw new Problem(403, 'this address is no way in: use the address of the console')
      }
    })
    .onError((request) => {
      const { error } = request
      if (error instanceof Problem) {
        request.response = problemAnswer(error)
        return
      }
      log({ event: 'failed', ...errorFields(error) })
      request.response = problemAnswer(new Problem(500, 'an internal error occurred; it is in the log'))
    })
    .handler(router)
}

function byMethod(endpoints: readonly Endpoint[]) {
  return (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const { method } = event.requestContext.http
    const endpoint = endpoints.find((one) => one.method === method)
    if (endpoint) return endpoint.answer(event)
    const allow = endpoints.map((one) => one.method).join(', ')
    throw new Problem(405, `${method} is not allowed here; allowed: ${allow}`, { headers: { allow } })
  }
}
