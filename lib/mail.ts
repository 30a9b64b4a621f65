import { Annotations, Stack } from 'aws-cdk-lib'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'
import { defaults, type Settings } from './settings.ts'

/** What the product writes to its administrators: from whom, to whom, and who may. */
export class Mail extends Construct {
  /** The name of the identity from which mails leave, once its owner has confirmed it. */
  readonly identityName: string
  readonly #mailFrom: string
  readonly #administrators: readonly string[]
  readonly #identityArns: readonly string[]

  constructor(
    scope: Construct,
    id: string,
    { mailFrom, administrators }: Pick<Settings, 'mailFrom' | 'administrators'>,
  ) {
    super(scope, id)
    const identity = new EmailIdentity(this, 'From', { identity: Identity.email(mailFrom) })
    this.identityName = identity.emailIdentityName
    this.#mailFrom = mailFrom
    this.#administrators = administrators
    // In its sandbox SES asks for the permission on the recipients' identities too. An address that was never entered
    // goes by its domain, if that was.
    const others = administrators.filter((address) => address !== mailFrom)
    const domains = [mailFrom, ...administrators].map((address) => address.slice(address.lastIndexOf('@') + 1))
    const names = new Set([...others, ...domains])
    this.#identityArns = [identity.emailIdentityArn, ...[...names].map((name) => this.#arnOf(name))]
    if (mailFrom === defaults.mailFrom) {
      Annotations.of(this).addWarningV2(
        'helpdesk-twitter:no-mail-leaves',
        `No mail can leave from ${mailFrom}, which is nobody's: set the context "mailFrom", in cdk.json or with ` +
          '-c mailFrom=NAME@HOST, to an address that you can confirm',
      )
    }
  }

  /** The function is told the administrators and may write to them: from our address, not from theirs. */
  giveTo(writer: HandlerFunction): void {
    writer.set('ADMINISTRATORS', this.#administrators.join(','))
    writer.give('MAIL_FROM', this.#mailFrom, {
      actions: ['ses:SendEmail'],
      on: this.#identityArns,
      when: { StringEquals: { 'ses:FromAddress': this.#mailFrom } },
    })
  }

  #arnOf(identityName: string): string {
    return Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: identityName })
  }
}
