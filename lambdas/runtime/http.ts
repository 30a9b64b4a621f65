import middy from '@middy/core'
import httpRouter from '@middy/http-router'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { Problem, problemAnswer } from '../core/api/problem.ts'
import { errorFields } from '../core/log.ts'
import type { Log } from '../core/ports/platform.ts'

type Answer = APIGatewayProxyStructuredResultV2
type Endpoint = { method: string; path: string; answer: (event: APIGatewayProxyEventV2) => Promise<Answer> }

/**
 * The middy stack of an HTTP handler: routes by method and path, 404 and 405 of its own, every problem answered as
 * `application/problem+json` in this one place, and a surprise logged and answered 500 without a detail of it.
 */
export function httpHandler(endpoints: readonly Endpoint[], log: Log) {
  const byPath = Map.groupBy(endpoints, (endpoint) => endpoint.path)
  const router = httpRouter({
    routes: [...byPath].map(([path, some]) => ({ method: 'ANY', path, handler: byMethod(some) })),
    notFoundResponse: ({ path }: { path: string }) => {
      throw new Problem(404, `there is nothing at ${path}`)
    },
  })
  return middy<APIGatewayProxyEventV2, Answer>()
    .onError((request) => {
      const { error } = request
      if (error instanceof Problem) {
        request.response = problemAnswer(error)
        return
      }
      log({ event: 'failed', ...errorFields(error) })
      request.response = problemAnswer(new Problem(500, 'something went wrong on our side; it has been logged'))
    })
    .handler(router)
}

function byMethod(endpoints: readonly Endpoint[]) {
  return (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const { method } = event.requestContext.http
    const endpoint = endpoints.find((one) => one.method === method)
    if (endpoint) return endpoint.answer(event)
    const allow = endpoints.map((one) => one.method).join(', ')
    throw new Problem(405, `${method} is not allowed here, only ${allow}`, { headers: { allow } })
  }
}
