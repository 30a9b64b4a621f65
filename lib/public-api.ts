import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { FilterPattern, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { paths } from '../lambdas/core/api/paths.ts'
import type { AlarmTopic } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/** Requests per second. X delivers in bursts, and a throttled delivery may be lost: far above normal load. */
const throttle = { rateLimit: 1000, burstLimit: 2000 }

/**
 * Without the query string, which can hold X's challenge, one-time tokens and search terms of agents.
 * Behind CloudFront `sourceIp` is CloudFront's: API Gateway cannot log the header with the client's address, which the
 * audit trail has.
 */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    routeKey: '$context.routeKey',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    milliseconds: '$context.responseLatency',
    sourceIp: '$context.identity.sourceIp',
    client: '$context.authorizer.claims.client_id',
    person: '$context.authorizer.claims.username',
    authorizerError: '$context.authorizer.error',
    integrationError: '$context.integrationErrorMessage',
  }),
)

/** The targets of the routes, and the authorizer of API calls. */
export type RouteTargets = {
  readonly webhook: HandlerFunction
  readonly api: HandlerFunction
  readonly authorizer: IHttpRouteAuthorizer
}

/**
 * API Gateway behind CloudFront: deliveries of X go to the webhook, everything else goes to the API.
 * It is created before its functions, because they need the public address.
 */
export class PublicApi extends Construct {
  /** Host name, the origin of CloudFront. */
  readonly host: string
  readonly #api: HttpApi

  constructor(scope: Construct, id: string, alarms: AlarmTopic) {
    super(scope, id)
    const { stackName, region, urlSuffix } = Stack.of(this)
    this.#api = new HttpApi(this, 'HttpApi', { apiName: stackName, createDefaultStage: false })
    this.host = `${this.#api.apiId}.execute-api.${region}.${urlSuffix}`

    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${stackName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    })
    this.#addAlarms(log, alarms)
  }

  /** Adds the routes. A route without authorizer states the reason. */
  addRoutes({ webhook, api, authorizer }: RouteTargets): void {
    const toWebhook = integration('Webhook', webhook)
    const toApi = integration('Api', api)
    const notFound = 'No such route: the handler answers 404.'
    this.#addPublicRoute(
      paths.webhook,
      HttpMethod.ANY,
      toWebhook,
      'X signs deliveries instead of sending a token; the handler verifies the signature.',
    )
    this.#addPublicRoute(
      paths.callback,
      HttpMethod.GET,
      toApi,
      'X redirects the browser here without a token; the handler checks the cookie of the flow.',
    )
    this.#addPublicRoute('/api/openapi.json', HttpMethod.GET, toApi, 'The API description is public.')
    this.#api.addRoutes({ path: '/api/{proxy+}', methods: [HttpMethod.ANY], integration: toApi, authorizer })
    this.#addPublicRoute('/{proxy+}', HttpMethod.ANY, toApi, notFound)
    this.#addPublicRoute('/', HttpMethod.ANY, toApi, notFound)
  }

  #addPublicRoute(path: string, method: HttpMethod, to: HttpLambdaIntegration, reason: string): void {
    const routes = this.#api.addRoutes({ path, methods: [method], integration: to })
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason })
  }

  /** Counts in the access log: a handler that answers 5XX has not failed for Lambda, and 429 comes from the gateway. */
  #addAlarms(log: LogGroup, alarms: AlarmTopic): void {
    const webhookRoute = `ANY ${paths.webhook}`
    const failed = FilterPattern.stringValue('$.status', '=', '5*')
    const throttled = FilterPattern.stringValue('$.status', '=', '429')

    const refused = FilterPattern.all(
      FilterPattern.stringValue('$.routeKey', '=', webhookRoute),
      FilterPattern.any(failed, throttled),
    )
    new LogAlarm(this, 'RefusedDeliveries', {
      alarms,
      name: 'webhook-refuses-deliveries',
      userImpact: "Customers' messages do not reach the helpdesk, and X retries for a few minutes only",
      cause: 'the webhook answered X with 5XX or 429',
      section: 'webhook-refuses-deliveries',
      logGroups: [log],
      pattern: refused,
      metricName: 'RefusedDeliveries',
    })

    const failedCalls = FilterPattern.all(FilterPattern.stringValue('$.routeKey', '!=', webhookRoute), failed)
    new LogAlarm(this, 'FailedCalls', {
      alarms,
      name: 'api-fails-calls',
      userImpact: 'Agents see errors instead of tickets or cannot reply',
      cause: 'the API answered calls with 5XX',
      section: 'api-fails-calls',
      logGroups: [log],
      pattern: failedCalls,
      metricName: 'FailedCalls',
    })
  }
}

function integration(id: string, handler: HandlerFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(id, handler.lambda, { payloadFormatVersion: PayloadFormatVersion.VERSION_2_0 })
}
