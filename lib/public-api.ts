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
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, type IFilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type AlarmTopic, alarmPeriod, RunbookAlarm } from './alarms.ts'
import type { HandlerFunction } from './handler-function.ts'

const webhookPath = '/webhooks/twitter'

/** X sends in bursts, a burst refused is a burst lost: far above what one helpdesk sees, far below a flood. */
const throttle = { rateLimit: 1000, burstLimit: 2000 }

/** No query: it holds X's challenge, and search terms of agents. */
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

export type PublicApiProps = {
  readonly webhook: HandlerFunction
  readonly api: HandlerFunction
  readonly authorizer: IHttpRouteAuthorizer
  readonly alarms: AlarmTopic
}

/** The one door: X's deliveries to the webhook, everything else to the API. */
export class PublicApi extends Construct {
  /** Without a slash at its end; the API's calls begin with `/api`. */
  readonly url: string
  readonly webhookUrl: string
  readonly #api: HttpApi

  constructor(scope: Construct, id: string, { webhook, api, authorizer, alarms }: PublicApiProps) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    this.#api = new HttpApi(this, 'HttpApi', { apiName: stackName, createDefaultStage: false })
    this.url = this.#api.apiEndpoint
    this.webhookUrl = `${this.url}${webhookPath}`

    const toWebhook = integration('Webhook', webhook)
    const toApi = integration('Api', api)
    this.#openTo(webhookPath, HttpMethod.ANY, toWebhook, 'X has no token: it signs each delivery, the handler checks.')
    this.#openTo('/api/openapi.json', HttpMethod.GET, toApi, 'The description of the API is public.')
    this.#api.addRoutes({ path: '/api/{proxy+}', methods: [HttpMethod.ANY], integration: toApi, authorizer })
    this.#openTo('/{proxy+}', HttpMethod.ANY, toApi, 'Nothing is there: the handler answers 404.')
    this.#openTo('/', HttpMethod.ANY, toApi, 'Nothing is there: the handler answers 404.')

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

  #openTo(path: string, method: HttpMethod, to: HttpLambdaIntegration, reason: string): void {
    const routes = this.#api.addRoutes({ path, methods: [method], integration: to })
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason })
  }

  /** Counted in the access log: handlers answer 5XX without failing themselves, and the gateway turns away unasked. */
  #addAlarms(log: LogGroup, alarms: AlarmTopic): void {
    const webhookRoute = `ANY ${webhookPath}`
    const failed = FilterPattern.stringValue('$.status', '=', '5*')
    const turnedAway = FilterPattern.stringValue('$.status', '=', '429')

    const refused = FilterPattern.all(
      FilterPattern.stringValue('$.routeKey', '=', webhookRoute),
      FilterPattern.any(failed, turnedAway),
    )
    new RunbookAlarm(this, 'RefusedDeliveriesAlarm', {
      alarms,
      name: 'webhook-refuses-deliveries',
      meaning: "X cannot hand over customers' messages, and it tries again for minutes only",
      because: 'the webhook answered X with 5XX or 429',
      section: 'webhook-refuses-deliveries',
      metric: this.#count('RefusedDeliveries', log, refused),
    })

    const failedCalls = FilterPattern.all(FilterPattern.stringValue('$.routeKey', '!=', webhookRoute), failed)
    new RunbookAlarm(this, 'FailedCallsAlarm', {
      alarms,
      name: 'api-fails-calls',
      meaning: 'Agents get errors instead of tickets, or cannot work on them',
      because: 'the API answered calls with 5XX',
      section: 'api-fails-calls',
      metric: this.#count('FailedCalls', log, failedCalls),
    })
  }

  #count(metricName: string, logGroup: LogGroup, filterPattern: IFilterPattern): Metric {
    const metricNamespace = Stack.of(this).stackName
    const filter = new MetricFilter(this, metricName, { logGroup, filterPattern, metricNamespace, metricName })
    return filter.metric({ statistic: 'Sum', period: alarmPeriod })
  }
}

function integration(id: string, handler: HandlerFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(id, handler.lambda, { payloadFormatVersion: PayloadFormatVersion.VERSION_2_0 })
}
