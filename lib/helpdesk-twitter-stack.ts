import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { FunctionName } from '../lambdas/runtime/resources.ts'
import { Access } from './access.ts'
import { AlarmTopic } from './alarms.ts'
import { HandlerFunction } from './handler-function.ts'
import { PublicApi } from './public-api.ts'
import type { Settings } from './settings.ts'
import { TicketTable } from './ticket-table.ts'
import { UnreadableEvents } from './unreadable-events.ts'
import { WorkQueue } from './work-queue.ts'
import { XSecrets } from './x-secrets.ts'

export type HelpdeskTwitterStackProps = {
  readonly settings: Settings
  /** The folder of each handler's bundle. */
  readonly bundles: Record<FunctionName, string>
}

/** The Twitter channel of a helpdesk in AWS: what stands where in the flow, from X's delivery to the helpdesk. */
export class HelpdeskTwitterStack extends Stack {
  constructor(scope: Construct, id: string, { settings, bundles }: HelpdeskTwitterStackProps) {
    super(scope, id, { stackName: settings.stackName, description: 'Direct messages and mentions on X become tickets' })

    // Everything below reports here, so it comes first.
    const alarms = new AlarmTopic(this, 'Alarms', settings.administrators)

    // X delivers to the webhook, which keeps what X has truly signed.
    const webhook = new HandlerFunction(this, 'Webhook', {
      name: 'webhook',
      code: bundles.webhook,
      alarms,
      failureMeans: "Customers' messages are not reaching the helpdesk, and X repeats them for minutes only",
    })
    const secrets = new XSecrets(this, 'XSecrets')
    secrets.giveTo(webhook)

    // Events wait in order, one line per channel and customer.
    const events = new WorkQueue(this, 'Events', {
      name: 'events',
      alarms,
      failureMeans: "Customers' messages are not becoming tickets",
    })
    events.sendFrom(webhook)

    // The router makes tickets of them.
    const router = new HandlerFunction(this, 'Router', {
      name: 'router',
      code: bundles.router,
      alarms,
      failureMeans: "Customers' messages become tickets late or not at all",
    })
    events.deliverTo(router)
    new UnreadableEvents(this, 'Unreadable', router, alarms)
    const tickets = new TicketTable(this, 'Tickets')
    tickets.giveTo(router)

    // The helpdesk reads tickets through the API.
    const api = new HandlerFunction(this, 'Api', {
      name: 'api',
      code: bundles.api,
      alarms,
      failureMeans: 'Agents cannot see or work on tickets',
    })
    tickets.giveTo(api)

    // X and the helpdesk come in by the same door; who is not X needs a token.
    const access = new Access(this, 'Access', settings.domainPrefix)
    const publicApi = new PublicApi(this, 'PublicApi', { webhook, api, authorizer: access.authorizer, alarms })

    // What an administrator needs to connect X and the helpdesk.
    this.#output('ApiUrl', publicApi.url, 'Calls of the API begin here, with /api')
    this.#output('WebhookUrl', publicApi.webhookUrl, 'What X is told to deliver to')
    this.#output('TokenUrl', access.tokenUrl, 'Where a client exchanges its id and secret for a token')
    this.#output('UserPoolId', access.userPoolId, 'With a client id: where to read the secret of that client')
    this.#output('HelpdeskClientId', access.clientIds.helpdesk, 'The client that works on tickets')
    this.#output('AdminClientId', access.clientIds.admin, 'The client that may do everything')
    this.#output('XSecretsArn', secrets.arn, 'The secret to fill with the credentials of the X app')
    this.#output('AlarmTopicArn', alarms.topic.topicArn, 'Where further readers of alarms can subscribe')
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}
