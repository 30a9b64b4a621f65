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

/** X sends in bursts, a burst refused is a burst lost: far above what one helpdesk sees, far below a flood. */
const throttle = { rateLimit: 1000, burstLimit: 2000 }

/**
 * No query: it holds X's challenge, X's one-time tokens, and search terms of agents.
 * The address is the front door's for what came in by it: the gateway can log no header that names the one behind.
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
    authorizerError: '$context.authorizer.error',
    integrationError: '$context.integrationErrorMessage',
  }),
)

/** Who answers, and what lets calls of the API through to it. */
export type Answerers = {
  readonly webhook: HandlerFunction
  readonly api: HandlerFunction
  readonly authorizer: IHttpRouteAuthorizer
}

/**
 * The gateway behind the front door: X's deliveries to the webhook, everything else to the API.
 * It stands before its functions do, since they must know the address under which the front door shows it.
 */
export class PublicApi extends Construct {
  /** Where the front door finds it. */
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

  /** Lays the routes; without a token only to where the reason says why. */
  leadTo({ webhook, api, authorizer }: Answerers): void {
    const toWebhook = integration('Webhook', webhook)
    const toApi = integration('Api', api)
    const nothing = 'Nothing is there: the handler answers 404.'
    this.#openTo(paths.webhook, HttpMethod.ANY, toWebhook, 'X has no token: it signs deliveries, the handler checks.')
    this.#openTo(
      paths.callback,
      HttpMethod.GET,
      toApi,
      'A browser that X sends back brings no token: the handler checks the cookie that bound the flow to it.',
    )
    this.#openTo('/api/openapi.json', HttpMethod.GET, toApi, 'The description of the API is public.')
    this.#api.addRoutes({ path: '/api/{proxy+}', methods: [HttpMethod.ANY], integration: toApi, authorizer })
    this.#openTo('/{proxy+}', HttpMethod.ANY, toApi, nothing)
    this.#openTo('/', HttpMethod.ANY, toApi, nothing)
  }

  #openTo(path: string, method: HttpMethod, to: HttpLambdaIntegration, reason: string): void {
    const routes = this.#api.addRoutes({ path, methods: [method], integration: to })
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason })
  }

  /** Counted in the access log: handlers answer 5XX without failing themselves, and the gateway turns away unasked. */
  #addAlarms(log: LogGroup, alarms: AlarmTopic): void {
    const webhookRoute = `ANY ${paths.webhook}`
    const failed = FilterPattern.stringValue('$.status', '=', '5*')
    const turnedAway = FilterPattern.stringValue('$.status', '=', '429')

    const refused = FilterPattern.all(
      FilterPattern.stringValue('$.routeKey', '=', webhookRoute),
      FilterPattern.any(failed, turnedAway),
    )
    new LogAlarm(this, 'RefusedDeliveries', {
      alarms,
      name: 'webhook-refuses-deliveries',
      userImpact: "X cannot hand over customers' messages, and it tries again for minutes only",
      cause: 'the webhook answered X with 5XX or 429',
      section: 'webhook-refuses-deliveries',
      logs: [log],
      lines: refused,
      metricName: 'RefusedDeliveries',
    })

    const failedCalls = FilterPattern.all(FilterPattern.stringValue('$.routeKey', '!=', webhookRoute), failed)
    new LogAlarm(this, 'FailedCalls', {
      alarms,
      name: 'api-fails-calls',
      userImpact: 'Agents get errors instead of tickets, or cannot work on them',
      cause: 'the API answered calls with 5XX',
      section: 'api-fails-calls',
      logs: [log],
      lines: failedCalls,
      metricName: 'FailedCalls',
    })
  }
}

function integration(id: string, handler: HandlerFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(id, handler.lambda, { payloadFormatVersion: PayloadFormatVersion.VERSION_2_0 })
}
