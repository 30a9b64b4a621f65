import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { paths } from '../lambdas/core/api/paths.ts'
import type { FunctionName } from '../lambdas/runtime/resources.ts'
import { Access } from './access.ts'
import { AlarmTopic } from './alarms.ts'
import { ConsoleSite } from './console-site.ts'
import { ConsoleUpload } from './console-upload.ts'
import { FrontDoor } from './front-door.ts'
import { HandlerFunction } from './handler-function.ts'
import { LogAlarms } from './log-alarms.ts'
import { Mail } from './mail.ts'
import { MediaBucket } from './media-bucket.ts'
import { PublicApi } from './public-api.ts'
import { Schedule } from './schedule.ts'
import type { Settings } from './settings.ts'
import { TicketTable } from './ticket-table.ts'
import { TokensKey } from './tokens-key.ts'
import { WorkQueue } from './work-queue.ts'
import { XSecrets } from './x-secrets.ts'

export type HelpdeskTwitterStackProps = {
  readonly settings: Settings
  /** The folder of each handler's bundle. */
  readonly bundles: Record<FunctionName, string>
  /** The folder of the console's files. */
  readonly console: string
}

/** The Twitter channel of a helpdesk in AWS: what stands where in the flow, from X's delivery to the helpdesk. */
export class HelpdeskTwitterStack extends Stack {
  constructor(scope: Construct, id: string, { settings, bundles, console: files }: HelpdeskTwitterStackProps) {
    super(scope, id, { stackName: settings.stackName, description: 'Messages on X become tickets, answers go back' })

    // Everything below reports here, so it comes first.
    const alarms = new AlarmTopic(this, 'Alarms', settings.administrators)

    // X, the helpdesk and browsers come in by the same door: behind it stand the gateway and the console's files.
    const publicApi = new PublicApi(this, 'PublicApi', alarms)
    const site = new ConsoleSite(this, 'Console')
    const frontDoor = new FrontDoor(this, 'FrontDoor', { gatewayHost: publicApi.host, console: site.behavior })

    // X delivers to the webhook, which keeps what X has truly signed.
    const webhook = new HandlerFunction(this, 'Webhook', {
      name: 'webhook',
      code: bundles.webhook,
      alarms,
      userImpact: "Customers' messages are not reaching the helpdesk, and X repeats them for minutes only",
    })
    const secrets = new XSecrets(this, 'XSecrets')
    secrets.giveTo(webhook)

    // Events wait in order, one line per channel and customer.
    const events = new WorkQueue(this, 'EventsQueue', {
      name: 'events',
      alarms,
      userImpact: "Customers' messages are not becoming tickets",
    })
    events.sendFrom(webhook)

    // The router makes tickets of them.
    const router = new HandlerFunction(this, 'Router', {
      name: 'router',
      code: bundles.router,
      alarms,
      userImpact: "Customers' messages become tickets late or not at all",
    })
    events.deliverTo(router)
    const tickets = new TicketTable(this, 'Tickets')
    tickets.giveTo(router)
    tickets.giveOutageNotesTo(webhook)

    // Pictures and films take a way of their own, so that no message waits for them.
    const media = new WorkQueue(this, 'MediaQueue', {
      name: 'media',
      alarms,
      userImpact: "Customers' pictures do not appear in tickets, and answers with attachments are not sent",
    })
    media.sendFrom(router)
    const mediaBucket = new MediaBucket(this, 'MediaBucket', { consoleUrl: frontDoor.url })

    // The helpdesk reads and answers tickets through the API, the console connects accounts through it.
    const api = new HandlerFunction(this, 'Api', {
      name: 'api',
      code: bundles.api,
      alarms,
      userImpact: 'Agents cannot see, work on or answer tickets',
    })
    const tokens = new TokensKey(this, 'TokensKey')
    tickets.giveTo(api)
    secrets.giveTo(api)
    tokens.encryptIn(api)
    mediaBucket.linkFrom(api)
    api.set('PUBLIC_URL', frontDoor.url)
    api.set('X_API_URL', settings.xApiUrl)
    api.set('EVENT_SOURCE', settings.eventSource)

    // Answers wait in order, one line per ticket.
    const replies = new WorkQueue(this, 'RepliesQueue', {
      name: 'replies',
      alarms,
      userImpact: "Agents' answers are not reaching customers",
    })
    replies.sendFrom(api)

    // The sender hands them to X.
    const sender = new HandlerFunction(this, 'Sender', {
      name: 'sender',
      code: bundles.sender,
      alarms,
      userImpact: "Agents' answers reach customers late or not at all",
    })
    replies.deliverTo(sender)
    tickets.giveTo(sender)
    secrets.giveTo(sender)
    tokens.decryptIn(sender)
    sender.set('X_API_URL', settings.xApiUrl)
    media.sendFrom(sender)

    // Pictures and videos go both ways: customers' into the bucket, agents' to X.
    const mediaFunction = new HandlerFunction(this, 'Media', {
      name: 'media',
      code: bundles.media,
      alarms,
      userImpact: "Customers' pictures appear late or not at all, and answers with attachments are not sent",
    })
    media.deliverTo(mediaFunction)
    mediaBucket.moveIn(mediaFunction)
    tickets.giveTo(mediaFunction)
    secrets.giveTo(mediaFunction)
    tokens.decryptIn(mediaFunction)
    replies.sendFrom(mediaFunction)
    mediaFunction.set('X_API_URL', settings.xApiUrl)

    // Every minute: answers and media whose time has come, or which were left behind.
    const waitForEver =
      "Agents' answers that had to wait are not sent, and pictures that X did not give are not fetched"
    const requeue = new HandlerFunction(this, 'Requeue', {
      name: 'requeue',
      code: bundles.requeue,
      alarms,
      userImpact: waitForEver,
    })
    tickets.giveTo(requeue)
    replies.sendFrom(requeue)
    media.sendFrom(requeue)
    new Schedule(this, 'RequeueSchedule', {
      name: 'requeue',
      runs: requeue,
      alarms,
      userImpact: waitForEver,
    })

    // Every five minutes: channels that have heard nothing for too long, or that their account has taken from us.
    const notNotified = 'Administrators are not told when a channel falls silent or is taken from us'
    const inactivity = new HandlerFunction(this, 'Inactivity', {
      name: 'inactivity',
      code: bundles.inactivity,
      alarms,
      userImpact: notNotified,
    })
    const mail = new Mail(this, 'Mail', settings)
    mail.giveTo(inactivity)
    tickets.giveTo(inactivity)
    secrets.giveTo(inactivity)
    tokens.decryptIn(inactivity)
    inactivity.set('PUBLIC_URL', frontDoor.url)
    inactivity.set('X_API_URL', settings.xApiUrl)
    inactivity.set('EVENT_SOURCE', settings.eventSource)
    new Schedule(this, 'InactivitySchedule', {
      name: 'inactivity',
      runs: inactivity,
      alarms,
      userImpact: notNotified,
    })

    // Every fifteen minutes: our webhook, the subscriptions, and what X did not deliver.
    const notRepaired = 'A broken connection to X is not mended, and messages that it lost are not asked for'
    const reconcile = new HandlerFunction(this, 'Reconcile', {
      name: 'reconcile',
      code: bundles.reconcile,
      alarms,
      userImpact: notRepaired,
    })
    events.sendFrom(reconcile)
    tickets.giveTo(reconcile)
    secrets.giveTo(reconcile)
    tokens.decryptIn(reconcile)
    mail.giveTo(reconcile)
    reconcile.set('PUBLIC_URL', frontDoor.url)
    reconcile.set('X_API_URL', settings.xApiUrl)
    reconcile.set('EVENT_SOURCE', settings.eventSource)
    new Schedule(this, 'ReconcileSchedule', {
      name: 'reconcile',
      runs: reconcile,
      alarms,
      userImpact: notRepaired,
    })

    // What fails nowhere else is seen in the logs.
    new LogAlarms(this, 'LogAlarms', { handlers: [router, sender, inactivity, reconcile], alarms })

    // Who is not X needs a token: people sign in, machines have a secret.
    const access = new Access(this, 'Access', { consoleUrl: frontDoor.url, domainPrefix: settings.domainPrefix })
    publicApi.leadTo({ webhook, api, authorizer: access.authorizer })

    // The console's files are put in place when it is known where people sign in.
    new ConsoleUpload(this, 'ConsoleUpload', {
      files,
      to: site.files,
      config: { signInUrl: access.signInUrl, clientId: access.clientIds.console },
    })

    // What an administrator needs to connect X and the helpdesk.
    this.#output('ConsoleUrl', frontDoor.url, 'The console, in a browser')
    this.#output('ApiUrl', frontDoor.url, 'Calls of the API begin here, with /api')
    this.#output('WebhookUrl', `${frontDoor.url}${paths.webhook}`, 'What X is told to deliver to')
    this.#output('CallbackUrl', `${frontDoor.url}${paths.callback}`, "For the X app's settings, to the letter")
    this.#output('SignInUrl', access.signInUrl, 'Where people sign in; the console goes there by itself')
    this.#output('TokenUrl', access.tokenUrl, 'Where a client exchanges its id and secret for a token')
    this.#output('UserPoolId', access.userPoolId, 'Where people are added, and secrets of clients are read')
    this.#output('ConsoleClientId', access.clientIds.console, 'The client through which people sign in; has no secret')
    this.#output('HelpdeskClientId', access.clientIds.helpdesk, 'The client that works on tickets')
    this.#output('AdminClientId', access.clientIds.admin, 'The client that may do everything')
    this.#output('XSecretsArn', secrets.arn, 'The secret to fill with the credentials of the X app')
    this.#output('MailFrom', mail.identityName, 'Sends mails to the administrators once it is confirmed with SES')
    this.#output('AlarmTopicArn', alarms.topic.topicArn, 'Where further readers of alarms can subscribe')
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}
