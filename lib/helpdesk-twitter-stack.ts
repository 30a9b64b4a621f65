import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { FunctionName } from '../lambdas/runtime/resources.ts'
import { Access } from './access.ts'
import { AlarmTopic } from './alarms.ts'
import { ConsoleSite } from './console-site.ts'
import { ConsoleUpload } from './console-upload.ts'
import { FailedMails } from './failed-mails.ts'
import { FrontDoor } from './front-door.ts'
import { HandlerFunction } from './handler-function.ts'
import { Mail } from './mail.ts'
import { MediaBucket } from './media-bucket.ts'
import { Mended } from './mended.ts'
import { NotMended } from './not-mended.ts'
import { PublicApi, paths } from './public-api.ts'
import { Schedule } from './schedule.ts'
import type { Settings } from './settings.ts'
import { TicketTable } from './ticket-table.ts'
import { TokensKey } from './tokens-key.ts'
import { UnknownReplies } from './unknown-replies.ts'
import { UnreadableEvents } from './unreadable-events.ts'
import { WorkQueue } from './work-queue.ts'
import { XSecrets } from './x-secrets.ts'
import { XUnreachable } from './x-unreachable.ts'

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
    tickets.giveTroubleTo(webhook)

    // Pictures and films take a way of their own, so that no message waits for them.
    const media = new WorkQueue(this, 'Media', {
      name: 'media',
      alarms,
      failureMeans: "Customers' pictures do not appear in tickets, and answers with attachments are not sent",
    })
    media.sendFrom(router)
    const mediaBucket = new MediaBucket(this, 'MediaBucket', { consoleUrl: frontDoor.url })

    // The helpdesk reads and answers tickets through the API, the console connects accounts through it.
    const api = new HandlerFunction(this, 'Api', {
      name: 'api',
      code: bundles.api,
      alarms,
      failureMeans: 'Agents cannot see, work on or answer tickets',
    })
    const tokens = new TokensKey(this, 'TokensKey')
    tickets.giveTo(api)
    secrets.giveTo(api)
    tokens.sealIn(api)
    mediaBucket.linkFrom(api)
    api.set('PUBLIC_URL', frontDoor.url)
    api.set('X_API_URL', settings.xApiUrl)
    api.set('EVENT_SOURCE', settings.eventSource)

    // Answers wait in order, one line per ticket.
    const replies = new WorkQueue(this, 'Replies', {
      name: 'replies',
      alarms,
      failureMeans: "Agents' answers are not reaching customers",
    })
    replies.sendFrom(api)

    // The sender hands them to X.
    const sender = new HandlerFunction(this, 'Sender', {
      name: 'sender',
      code: bundles.sender,
      alarms,
      failureMeans: "Agents' answers reach customers late or not at all",
    })
    replies.deliverTo(sender)
    new UnknownReplies(this, 'Unknown', sender, alarms)
    tickets.giveTo(sender)
    secrets.giveTo(sender)
    tokens.openIn(sender)
    sender.set('X_API_URL', settings.xApiUrl)
    media.sendFrom(sender)

    // The mover fetches customers' pictures and films from X, and brings agents' to it.
    const mover = new HandlerFunction(this, 'Mover', {
      name: 'media',
      code: bundles.media,
      alarms,
      failureMeans: "Customers' pictures appear late or not at all, and answers with attachments are not sent",
    })
    media.deliverTo(mover)
    mediaBucket.moveIn(mover)
    tickets.giveTo(mover)
    secrets.giveTo(mover)
    tokens.openIn(mover)
    replies.sendFrom(mover)
    mover.set('X_API_URL', settings.xApiUrl)

    // Every minute: answers and media whose time has come, or which were left behind.
    const waitForEver =
      "Agents' answers that had to wait are not sent, and pictures that X did not give are not fetched"
    const requeue = new HandlerFunction(this, 'Requeue', {
      name: 'requeue',
      code: bundles.requeue,
      alarms,
      failureMeans: waitForEver,
    })
    tickets.giveTo(requeue)
    replies.sendFrom(requeue)
    media.sendFrom(requeue)
    new Schedule(this, 'RequeueSchedule', {
      name: 'requeue',
      runs: requeue,
      alarms,
      failureMeans: waitForEver,
    })

    // Every five minutes: channels that have heard nothing for too long, or that their account has taken from us.
    const nobodyKnows = 'Administrators are not told when a channel falls silent or is taken from us'
    const silence = new HandlerFunction(this, 'Silence', {
      name: 'silence',
      code: bundles.silence,
      alarms,
      failureMeans: nobodyKnows,
    })
    const mail = new Mail(this, 'Mail', settings)
    mail.giveTo(silence)
    tickets.giveTo(silence)
    secrets.giveTo(silence)
    tokens.openIn(silence)
    silence.set('PUBLIC_URL', frontDoor.url)
    silence.set('X_API_URL', settings.xApiUrl)
    silence.set('EVENT_SOURCE', settings.eventSource)
    new Schedule(this, 'SilenceSchedule', {
      name: 'silence',
      runs: silence,
      alarms,
      failureMeans: nobodyKnows,
    })

    // Every fifteen minutes: our webhook, the subscriptions, and what X did not deliver.
    const nobodyMends = 'A broken connection to X is not mended, and messages that it lost are not asked for'
    const upkeep = new HandlerFunction(this, 'Upkeep', {
      name: 'upkeep',
      code: bundles.upkeep,
      alarms,
      failureMeans: nobodyMends,
    })
    events.sendFrom(upkeep)
    tickets.giveTo(upkeep)
    secrets.giveTo(upkeep)
    tokens.openIn(upkeep)
    mail.giveTo(upkeep)
    upkeep.set('PUBLIC_URL', frontDoor.url)
    upkeep.set('X_API_URL', settings.xApiUrl)
    upkeep.set('EVENT_SOURCE', settings.eventSource)
    new Mended(this, 'Mended', upkeep)
    new NotMended(this, 'NotMended', upkeep, alarms)
    new XUnreachable(this, 'XUnreachable', upkeep, alarms)
    new FailedMails(this, 'FailedMails', [silence, upkeep], alarms)
    new Schedule(this, 'UpkeepSchedule', {
      name: 'upkeep',
      runs: upkeep,
      alarms,
      failureMeans: nobodyMends,
    })

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
