import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  type CfnRoute,
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  PayloadFormatVersion,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { FilterPattern, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { paths } from '../lambdas/core/api/paths.ts'
import type { AlarmTopic, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'
import { LogAlarm } from './log-alarm.ts'

/**
 * Requests per second of each route, counted apart: what strangers ask for uses up nobody else's share. X delivers in
 * bursts, and a throttled delivery may be lost, so its route has far more than normal load. A caller without a valid
 * token counts on the route of the API too, but not on that of the webhook.
 */
const throttles = {
  webhook: { rateLimit: 1000, burstLimit: 2000 },
  api: { rateLimit: 500, burstLimit: 1000 },
  /** Usedesk tells of each of our calls too, and repeats nothing that was refused. */
  usedesk: { rateLimit: 100, burstLimit: 200 },
  /** Routes without a token or signature: each person needs them a few times a day. */
  open: { rateLimit: 20, burstLimit: 50 },
} as const satisfies Record<string, ThrottleSettings>

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
  /** True if Usedesk is switched on. */
  readonly hasUsedesk: boolean
}

/**
 * API Gateway behind CloudFront: deliveries of X go to the webhook, everything else goes to the API.
 * It is created before its functions, because they need the public address.
 */
export class PublicApi extends Construct {
  /** Host name, the origin of CloudFront. */
  readonly host: string
  /** The alarm on deliveries that X got no good answer for. */
  readonly refusedDeliveries: RunbookAlarm
  readonly #api: HttpApi
  readonly #stage: CfnStage

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
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: throttles.open,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    })
    this.#stage = stage.node.defaultChild as CfnStage
    this.refusedDeliveries = this.#addAlarms(log, alarms)
  }

  /** Adds the routes. A route without authorizer states the reason. */
  addRoutes({ webhook, api, authorizer, hasUsedesk }: RouteTargets): void {
    const toWebhook = integration('Webhook', webhook)
    const toApi = integration('Api', api)
    const notFound = 'No such route: the handler answers 404.'
    this.#addPublicRoute(
      paths.webhook,
      HttpMethod.ANY,
      toWebhook,
      'X signs deliveries instead of sending a token; the handler verifies the signature.',
      throttles.webhook,
    )
    this.#addPublicRoute(
      paths.callback,
      HttpMethod.GET,
      toApi,
      'X redirects the browser here without a token; the handler checks the cookie of the flow.',
    )
    this.#addPublicRoute('/api/openapi.json', HttpMethod.GET, toApi, 'The API description is public.')
    if (hasUsedesk) {
      const why = 'Usedesk signs nothing: the secret stands in the address that it calls, and the handler compares it.'
      this.#addPublicRoute(paths.usedesk, HttpMethod.POST, toApi, why, throttles.usedesk)
    }
    this.#addPublicRoute('/api/docs', HttpMethod.GET, toApi, 'The API description is public.')
    const calls = { path: '/api/{proxy+}', methods: [HttpMethod.ANY], integration: toApi, authorizer }
    this.#throttle(this.#api.addRoutes(calls), throttles.api)
    this.#addPublicRoute('/{proxy+}', HttpMethod.ANY, toApi, notFound)
    this.#addPublicRoute('/', HttpMethod.ANY, toApi, notFound)
  }

  #addPublicRoute(
    path: string,
    method: HttpMethod,
    to: HttpLambdaIntegration,
    reason: string,
    throttle: ThrottleSettings = throttles.open,
  ): void {
    const routes = this.#api.addRoutes({ path, methods: [method], integration: to })
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason })
    this.#throttle(routes, throttle)
  }

  /** A stage throttles a route that is there already, so it comes after them. */
  #throttle(routes: readonly HttpRoute[], { rateLimit, burstLimit }: ThrottleSettings): void {
    for (const route of routes) {
      const { routeKey } = route.node.defaultChild as CfnRoute
      const settings = { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit }
      this.#stage.addPropertyOverride(`RouteSettings.${routeKey.replaceAll('.', '\\.')}`, settings)
      this.#stage.node.addDependency(route)
    }
  }

  /** Counts in the access log: a handler that answers 5XX has not failed for Lambda, and 429 comes from the gateway. */
  #addAlarms(log: LogGroup, alarms: AlarmTopic): RunbookAlarm {
    const webhookRoute = `ANY ${paths.webhook}`
    const failed = FilterPattern.stringValue('$.status', '=', '5*')
    const throttled = FilterPattern.stringValue('$.status', '=', '429')

    const refused = FilterPattern.all(
      FilterPattern.stringValue('$.routeKey', '=', webhookRoute),
      FilterPattern.any(failed, throttled),
    )
    const refusedDeliveries = new LogAlarm(this, 'RefusedDeliveries', {
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
    return refusedDeliveries.alarm
  }
}

function integration(id: string, handler: HandlerFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(id, handler.lambda, { payloadFormatVersion: PayloadFormatVersion.VERSION_2_0 })
}
