import { Annotations, Stack } from 'aws-cdk-lib'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'
import { defaults, type Settings } from './settings.ts'

/** Mails of the product to its administrators: sender, recipients, and the permission to send. */
export class Mail extends Construct {
  /** The SES identity of the sender; it sends once its owner has verified it. */
  readonly identityName: string
  readonly #mailFrom: string
  readonly #administrators: readonly string[]
  readonly #identityArns: readonly string[]

  constructor(
    scope: Construct,
    id: string,
    { mailFrom, administrators, mailIdentity }: Pick<Settings, 'mailFrom' | 'administrators' | 'mailIdentity'>,
  ) {
    super(scope, id)
    // CloudFormation fails on an identity that SES knows already.
    const identity =
      mailIdentity === 'new'
        ? new EmailIdentity(this, 'From', { identity: Identity.email(mailFrom) })
        : EmailIdentity.fromEmailIdentityName(this, 'From', mailFrom)
    this.identityName = identity.emailIdentityName
    this.#mailFrom = mailFrom
    this.#administrators = administrators
    // In the SES sandbox sending needs the permission on the recipients' identities too. An address without an
    // identity of its own falls under the identity of its domain.
    const others = administrators.filter((address) => address !== mailFrom)
    const domains = [mailFrom, ...administrators].map((address) => address.slice(address.lastIndexOf('@') + 1))
    const names = new Set([...others, ...domains])
    this.#identityArns = [identity.emailIdentityArn, ...[...names].map((name) => this.#identityArn(name))]
    if (mailFrom === defaults.mailFrom) {
      Annotations.of(this).addWarningV2(
        'helpdesk-twitter:no-mail-sender',
        `Mails cannot be sent from the placeholder ${mailFrom}. Set the context "mailFrom", in cdk.json or with ` +
          '-c mailFrom=NAME@HOST, to an address that you can verify.',
      )
    }
  }

  /** Lets the function send mails to the administrators, from our address only. */
  grantSend(sender: HandlerFunction): void {
    sender.addVariable('ADMINISTRATORS', this.#administrators.join(','))
    sender.addResource('MAIL_FROM', this.#mailFrom, {
      actions: ['ses:SendEmail'],
      resources: this.#identityArns,
      conditions: { StringEquals: { 'ses:FromAddress': this.#mailFrom } },
    })
  }

  /** Lets the function ask SES whether it may send from our address, and know whom it mails. */
  grantAsk(reader: HandlerFunction): void {
    const [, domain = ''] = this.#mailFrom.split('@')
    reader.addVariable('ADMINISTRATORS', this.#administrators.join(','))
    reader.addResource('MAIL_FROM', this.#mailFrom, {
      actions: ['ses:GetEmailIdentity'],
      resources: [this.#identityArn(this.#mailFrom), this.#identityArn(domain)],
    })
  }

  #identityArn(identityName: string): string {
    return Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: identityName })
  }
}
