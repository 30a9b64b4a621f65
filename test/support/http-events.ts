import type { APIGatewayProxyEventV2 } from 'aws-lambda'

/** A request as API Gateway hands it to a handler; its claims are those of an access token. */
export function httpEvent(
  method: string,
  path: string,
  more: {
    /** A parameter that is given several times: as `URLSearchParams`. */
    query?: Record<string, string> | URLSearchParams
    headers?: Record<string, string>
    body?: string | Buffer
    claims?: Record<string, string>
    requestId?: string
  } = {},
): APIGatewayProxyEventV2 {
  const { query, headers = {}, body, claims, requestId = 'request-1' } = more
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers,
    ...(query ? { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) } : {}),
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
      ...(claims ? { authorizer: { jwt: { claims: { token_use: 'access', ...claims }, scopes: null } } } : {}),
    },
    ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body.toString('base64') : body }),
    isBase64Encoded: Buffer.isBuffer(body),
  } as APIGatewayProxyEventV2
}
