import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { paths } from '../lambdas/core/api/paths.ts'
import { endOf } from '../lambdas/core/x/event-source.ts'
import type { FunctionName } from '../lambdas/runtime/resources.ts'
import { Access } from './access.ts'
import { AlarmTopic } from './alarms.ts'
import { ConsoleSite } from './console-site.ts'
import { ConsoleUpload } from './console-upload.ts'
import { FrontDoor } from './front-door.ts'
import { HandlerFunction } from './handler-function.ts'
import { KnownGap } from './known-gap.ts'
import { LogAlarms } from './log-alarms.ts'
import { Mail } from './mail.ts'
import { MediaBucket } from './media-bucket.ts'
import { OriginSecret } from './origin-secret.ts'
import { PublicApi } from './public-api.ts'
import { Schedule } from './schedule.ts'
import type { Settings } from './settings.ts'
import { TicketTable } from './ticket-table.ts'
import { TokensKey } from './tokens-key.ts'
import { Usedesk } from './usedesk.ts'
import { WorkQueue } from './work-queue.ts'
import { XSecrets } from './x-secrets.ts'

export type HelpdeskTwitterStackProps = {
  readonly settings: Settings
  /** Folder of the bundle of each function. */
  readonly bundles: Record<FunctionName, string>
  /** Folder of the built console. */
  readonly console: string
}

/** The Twitter channel of a helpdesk, in the order in which data flows: from X's delivery to the agent's reply. */
export class HelpdeskTwitterStack extends Stack {
  constructor(scope: Construct, id: string, { settings, bundles, console: files }: HelpdeskTwitterStackProps) {
    super(scope, id, {
      stackName: settings.stackName,
      description: 'Messages on X become tickets, replies go back to X',
    })

    const end = endOf(settings.eventSource)
    if (end) Annotations.of(this).addWarningV2('helpdesk-twitter:event-source-ends', end)

    // The topic of all alarms comes first, because everything below raises alarms.
    const alarms = new AlarmTopic(this, 'Alarms', settings.administrators)

    // X, the helpdesk and browsers use one address: CloudFront, in front of API Gateway and the console.
    const publicApi = new PublicApi(this, 'PublicApi', alarms)
    const site = new ConsoleSite(this, 'Console')
    const originSecret = new OriginSecret(this, 'OriginSecret', { step: settings.originSecretStep })
    const frontDoor = new FrontDoor(this, 'FrontDoor', {
      gatewayHost: publicApi.host,
      originSecret: originSecret.sent,
      firewallArn: settings.firewallArn,
      corsOrigins: settings.corsOrigins,
      console: site.behavior,
    })

    // The webhook receives X's deliveries, verifies their signature and queues them.
    const webhook = new HandlerFunction(this, 'Webhook', {
      name: 'webhook',
      code: bundles.webhook,
      reserved: settings.webhookReserved,
    })
    originSecret.grantAccept(webhook)
    const secrets = new XSecrets(this, 'XSecrets', { adopted: settings.adopted.xSecretsArn })
    secrets.grantRead(webhook)

    // Queued events keep their order per channel and customer.
    const events = new WorkQueue(this, 'EventsQueue', {
      name: 'events',
      concurrency: settings.queueConcurrency,
      alarms,
    })
    events.grantSend(webhook)

    // The router turns events into tickets.
    const router = new HandlerFunction(this, 'Router', { name: 'router', code: bundles.router })
    events.addConsumer(router)
    const tickets = new TicketTable(this, 'Tickets', {
      partitions: settings.tablePartitions,
      adopted: settings.adopted,
    })
    tickets.grantReadWrite(router)
    tickets.grantWriteOutage(webhook)

    // Media have a queue of their own, so no message waits for them.
    const media = new WorkQueue(this, 'MediaQueue', {
      name: 'media',
      concurrency: settings.queueConcurrency,
      alarms,
    })
    media.grantSend(router)
    // It reads encrypted messages with the keys of accounts, and asks X for what it lacks.
    const tokens = new TokensKey(this, 'TokensKey', { adopted: settings.adopted.tokensKeyArn })
    tokens.grantDecrypt(router)
    secrets.grantRead(router)
    router.addVariable('X_API_URL', settings.xApiUrl)
    const mediaBucket = new MediaBucket(this, 'MediaBucket', {
      consoleUrl: frontDoor.url,
      adopted: settings.adopted.mediaBucketName,
    })

    // The API serves the helpdesk and the console.
    const api = new HandlerFunction(this, 'Api', { name: 'api', code: bundles.api })
    tickets.grantReadWrite(api)
    secrets.grantRead(api)
    originSecret.grantAccept(api)
    tokens.grantEncryptDecrypt(api)
    mediaBucket.grantPresign(api)
    api.addVariable('PUBLIC_URL', frontDoor.url)
    api.addVariable('X_API_URL', settings.xApiUrl)
    api.addVariable('EVENT_SOURCE', settings.eventSource)
    api.addVariable('AUDIT_DAYS', String(settings.auditDays))
    // Notices are read again through the queue of events; keys come from X's key store.
    events.grantSend(api)
    api.addVariable('KEY_RECOVERY', 'juicebox')

    // Queued replies keep their order per ticket.
    const replies = new WorkQueue(this, 'RepliesQueue', {
      name: 'replies',
      concurrency: settings.queueConcurrency,
      alarms,
    })
    replies.grantSend(api)

    // The sender sends replies to X.
    const sender = new HandlerFunction(this, 'Sender', { name: 'sender', code: bundles.sender })
    replies.addConsumer(sender)
    tickets.grantReadWrite(sender)
    secrets.grantRead(sender)
    tokens.grantDecrypt(sender)
    sender.addVariable('X_API_URL', settings.xApiUrl)
    media.grantSend(sender)

    // The media function downloads customers' media from X and uploads agents' media to X.
    const mediaFunction = new HandlerFunction(this, 'Media', { name: 'media', code: bundles.media })
    media.addConsumer(mediaFunction)
    mediaBucket.grantTransfer(mediaFunction)
    tickets.grantReadWrite(mediaFunction)
    secrets.grantRead(mediaFunction)
    tokens.grantDecrypt(mediaFunction)
    replies.grantSend(mediaFunction)
    mediaFunction.addVariable('X_API_URL', settings.xApiUrl)
    mediaFunction.addVariable('LOOKUPS_PER_CUSTOMER', String(settings.lookupsPerCustomer))
    mediaFunction.addVariable('MEGABYTES_PER_CUSTOMER', String(settings.megabytesPerCustomer))

    // Changes of tickets become events for the endpoints of administrators, in order per ticket.
    const outgoing = new WorkQueue(this, 'OutgoingQueue', {
      name: 'outgoing',
      concurrency: settings.queueConcurrency,
      alarms,
    })
    const usedesk = new Usedesk(this, 'Usedesk', { apiUrl: settings.usedeskApiUrl })
    const publish = new HandlerFunction(this, 'Publish', { name: 'publish', code: bundles.publish })
    tickets.addConsumer(publish, alarms)
    tickets.grantReadWrite(publish)
    // The same changes keep the index of words, by which tickets are found.
    tickets.grantWriteMany(publish)
    publish.addVariable('SEARCH', settings.search)
    api.addVariable('SEARCH', settings.search)
    outgoing.grantSend(publish)
    usedesk.grantKnow(publish)
    outgoing.grantSend(api)
    api.addVariable('LOCAL_ENDPOINTS', 'refused')

    // Deliver signs the events and sends them, or tells Usedesk of them.
    const deliver = new HandlerFunction(this, 'Deliver', { name: 'deliver', code: bundles.deliver })
    outgoing.addConsumer(deliver)
    tickets.grantReadWrite(deliver)
    tokens.grantDecryptTokens(deliver)
    deliver.addVariable('LOCAL_ENDPOINTS', 'refused')
    usedesk.grantUse(deliver)
    deliver.addVariable('AUDIT_DAYS', String(settings.auditDays))
    // Agents' answers in Usedesk become replies, with their files.
    usedesk.grantUse(api)
    if (usedesk.isOn) {
      mediaBucket.grantPresign(deliver)
      replies.grantSend(deliver)
    } else {
      mediaBucket.grantPresignDownload(deliver)
      deliver.addNothing('REPLIES_QUEUE_URL')
    }

    // Every minute requeue puts due replies, media and events back into their queues, and has deleted what X deleted.
    const notRequeued = 'Replies that had to wait are not sent, and failed media downloads are not retried'
    const requeue = new HandlerFunction(this, 'Requeue', { name: 'requeue', code: bundles.requeue })
    tickets.grantReadWrite(requeue)
    replies.grantSend(requeue)
    media.grantSend(requeue)
    requeue.addVariable('DELETION_HOLD_HOURS', String(settings.deletionHoldHours))
    outgoing.grantSend(requeue)
    usedesk.grantKnow(requeue)
    new Schedule(this, 'RequeueSchedule', {
      name: 'requeue',
      target: requeue,
      alarms,
      userImpact: notRequeued,
    })

    // Every five minutes inactivity looks for channels without messages and for revoked access.
    const notNotified = 'Administrators are not notified when a channel becomes inactive or its account revokes access'
    const inactivity = new HandlerFunction(this, 'Inactivity', { name: 'inactivity', code: bundles.inactivity })
    const mail = new Mail(this, 'Mail', settings)
    mail.grantSend(inactivity)
    // The checklist of the setup says what administrators have not confirmed.
    mail.grantAsk(api)
    alarms.grantAsk(api)
    tickets.grantReadWrite(inactivity)
    secrets.grantRead(inactivity)
    tokens.grantDecryptTokens(inactivity)
    inactivity.addVariable('PUBLIC_URL', frontDoor.url)
    inactivity.addVariable('X_API_URL', settings.xApiUrl)
    inactivity.addVariable('EVENT_SOURCE', settings.eventSource)
    new Schedule(this, 'InactivitySchedule', {
      name: 'inactivity',
      target: inactivity,
      alarms,
      userImpact: notNotified,
    })

    // Every few minutes the mentions are polled, because X does not report every answer by an event.
    const notPolled = "Customers' answers under their own posts do not become tickets, or late"
    const mentions = new HandlerFunction(this, 'Mentions', { name: 'mentions', code: bundles.mentions })
    events.grantSend(mentions)
    tickets.grantReadWrite(mentions)
    secrets.grantRead(mentions)
    tokens.grantDecryptTokens(mentions)
    mentions.addVariable('X_API_URL', settings.xApiUrl)
    new Schedule(this, 'MentionsSchedule', {
      name: 'mentions',
      target: mentions,
      alarms,
      userImpact: notPolled,
      everyMinutes: settings.mentionsPollMinutes,
    })

    // Every fifteen minutes reconcile repairs webhook and subscriptions and recovers missed messages.
    const notRepaired = 'A broken connection to X is not repaired, and missed messages are not recovered'
    const reconcile = new HandlerFunction(this, 'Reconcile', { name: 'reconcile', code: bundles.reconcile })
    events.grantSend(reconcile)
    tickets.grantReadWrite(reconcile)
    secrets.grantRead(reconcile)
    tokens.grantDecrypt(reconcile)
    mail.grantSend(reconcile)
    reconcile.addVariable('PUBLIC_URL', frontDoor.url)
    reconcile.addVariable('X_API_URL', settings.xApiUrl)
    reconcile.addVariable('EVENT_SOURCE', settings.eventSource)
    new Schedule(this, 'ReconcileSchedule', {
      name: 'reconcile',
      target: reconcile,
      alarms,
      userImpact: notRepaired,
    })

    new KnownGap(this, 'KnownGap', { alarm: publicApi.refusedDeliveries, reconcile })

    // Every five minutes customers are erased whose erasure was requested, and tickets that a channel keeps no longer.
    const erase = new HandlerFunction(this, 'Erase', { name: 'erase', code: bundles.erase })
    tickets.grantErase(erase)
    mediaBucket.grantErase(erase)
    new Schedule(this, 'EraseSchedule', {
      name: 'erase',
      target: erase,
      alarms,
      userImpact: 'Customers who must be erased, and tickets that are kept no longer, stay stored',
    })

    // Some failures show only in log lines.
    new LogAlarms(this, 'LogAlarms', {
      handlers: [router, sender, inactivity, reconcile, ...(usedesk.isOn ? [deliver] : [])],
      alarms,
      hasUsedesk: usedesk.isOn,
    })

    // Everyone except X needs a token: people sign in, machines use a client secret.
    const access = new Access(this, 'Access', {
      consoleUrl: frontDoor.url,
      domainPrefix: settings.domainPrefix,
      machineClients: settings.machineClients,
    })
    publicApi.addRoutes({ webhook, api, authorizer: access.authorizer, hasUsedesk: usedesk.isOn })

    // The console needs the sign-in address in its configuration, so it is uploaded last.
    new ConsoleUpload(this, 'ConsoleUpload', {
      files,
      bucket: site.files,
      config: {
        signInUrl: access.signInUrl,
        clientId: access.clientIds.console,
        hasSearch: settings.search === 'on',
      },
    })

    // The outputs tell an administrator how to connect X and the helpdesk.
    this.#output('ConsoleUrl', frontDoor.url, 'Console; open it in a browser')
    this.#output('ApiUrl', frontDoor.url, 'Origin of the API; its paths begin with /api')
    this.#output('WebhookUrl', `${frontDoor.url}${paths.webhook}`, 'Webhook address to which X delivers')
    this.#output(
      'CallbackUrl',
      `${frontDoor.url}${paths.callback}`,
      'Callback URL; enter exactly this in the settings of the X app',
    )
    this.#output('SignInUrl', access.signInUrl, 'Sign-in page; the console redirects to it')
    this.#output(
      'TokenUrl',
      access.tokenUrl,
      'Token endpoint; a client exchanges its id and secret for an access token',
    )
    this.#output('UserPoolId', access.userPoolId, 'User pool; create users and read client secrets here')
    this.#output('ConsoleClientId', access.clientIds.console, 'Client of the console; it has no secret')
    const { helpdesk, admin } = access.clientIds
    if (helpdesk) this.#output('HelpdeskClientId', helpdesk, 'Machine client with the scope tickets')
    if (admin) this.#output('AdminClientId', admin, 'Machine client with all scopes')
    this.#output('XSecretsArn', secrets.arn, 'Secret that must hold the credentials of the X app')
    if (usedesk.secretArn) {
      this.#output(
        'UsedeskWebhookUrl',
        `${frontDoor.url}${paths.usedesk}?secret=`,
        'Redirect URL for the API channel of Usedesk; append the webhookSecret of UsedeskSecretsArn',
      )
      this.#output(
        'UsedeskSecretsArn',
        usedesk.secretArn,
        'Secret that must hold the token of the API channel of Usedesk',
      )
    }
    this.#output('TableName', tickets.name, 'Table of tickets; it outlives the stack')
    this.#output('MediaBucketName', mediaBucket.name, 'Bucket of media; it outlives the stack')
    this.#output('TokensKeyArn', tokens.arn, 'Key that encrypts the tokens of accounts; it outlives the stack')
    this.#output('MailFrom', mail.identityName, 'Sender of mails to administrators; verify it with SES')
    this.#output('AlarmTopicArn', alarms.topic.topicArn, 'Topic of all alarms; add more recipients here')
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}
