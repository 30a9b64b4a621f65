/**
 * Called by whoever operates the product: says how far its setup is and what to do, like the page «Setup» of the console.
 * It only reads, in AWS with the credentials of the shell.
 */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { alarmRecipients, isVerifiedBySes } from '../lambdas/adapters/aws/mail-setup.ts'
import { createXSecrets } from '../lambdas/adapters/aws/x-secrets.ts'
import { createXAccounts } from '../lambdas/adapters/x/accounts.ts'
import { createXSubscriptions } from '../lambdas/adapters/x/subscriptions.ts'
import { tryWebhook } from '../lambdas/adapters/x/webhook-trial.ts'
import type { MailSetup, XSecrets } from '../lambdas/core/ports/platform.ts'
import type { Stores } from '../lambdas/core/ports/stores.ts'
import type { SetupCheck } from '../lambdas/core/setup/check.ts'
import { awsAccess } from '../lambdas/runtime/aws.ts'
import { now } from '../lambdas/runtime/clock.ts'
import { isRealX } from '../lambdas/runtime/environment.ts'
import { tablePartitions } from '../lambdas/runtime/resources.ts'
import { openStores } from '../lambdas/runtime/stores.ts'
import { lookAtSetup, type SetupDependencies, type SetupState } from '../lambdas/use-cases/look-at-setup.ts'
import { readAddresses } from '../local/addresses.ts'
import { secretsUrl } from '../local/secrets.ts'
import { credentials as localCredentials, region as localRegion, readSettings } from '../local/settings.ts'
import { UserError } from '../local/user-error.ts'
import { stackIn } from './doctor-command.ts'

const marks: Readonly<Record<SetupCheck['is'], string>> = {
  done: 'done     ',
  missing: 'missing  ',
  not_known: 'not known',
}

/** The state of the setup for people: a block for each step, then the addresses that X must know, then a sentence. */
export function report({ checks, callbackUrl, webhookUrl }: SetupState): string {
  const blocks = checks.map(({ what, is, found, todo }) =>
    [`${marks[is]}  ${what}`, `           ${found}`, ...(todo === null ? [] : [`           To do: ${todo}`])].join(
      '\n',
    ),
  )
  const count = (is: SetupCheck['is']) => checks.filter((one) => one.is === is).length
  return [
    ...blocks,
    `Callback address: ${callbackUrl}\nWebhook address:  ${webhookUrl}`,
    `${count('done')} of ${checks.length} steps are done, ${count('missing')} missing, ${count('not_known')} not known.`,
  ].join('\n\n')
}

/** What the command exits with: 1 if something is missing, 2 if that is not known of a step, else 0. */
export function exitCodeOf({ checks }: SetupState): 0 | 1 | 2 {
  if (checks.some(({ is }) => is === 'missing')) return 1
  return checks.some(({ is }) => is === 'not_known') ? 2 : 0
}

type Place = {
  readonly stores: Stores
  readonly secrets: XSecrets
  readonly xApiUrl: string
  readonly publicUrl: string
  readonly mailSetup: MailSetup
}

function dependenciesOf({ stores, secrets, xApiUrl, publicUrl, mailSetup }: Place): SetupDependencies {
  const access = { apiUrl: xApiUrl, secrets }
  return {
    ...stores,
    accounts: createXAccounts(access),
    subscriptions: createXSubscriptions(access, 'x-activity'),
    secrets,
    tryWebhook,
    mailSetup,
    publicUrl,
    isRealX: isRealX(xApiUrl),
  }
}

/** The product that runs on this machine. @throws UserError if none does */
function thisMachine(): Place {
  const { dataDir } = readSettings(process.env)
  const { endpoints, tableName, xApiUrl, publicUrl, mailFrom: from, administrators } = readAddresses(dataDir)
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: localRegion,
    credentials: localCredentials,
  })
  return {
    stores: openStores({ tableName, partitions: tablePartitions.default }, now, client),
    secrets: createXSecrets(secretsUrl(dataDir), awsAccess('secretsmanager'), now),
    xApiUrl,
    publicUrl,
    // Its mailbox takes every mail, and it has no alarms to confirm.
    mailSetup: async () => ({ from, isVerified: true, administrators, unconfirmed: [] }),
  }
}

/** A stack in AWS, by its outputs. @throws UserError if there is none of that name, Error if AWS refuses */
async function deployed(stack: string): Promise<Place> {
  const output = await outputsOf(stack)
  const client = new DynamoDBClient({})
  const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials()
  const access = awsAccess('secretsmanager', {
    ...process.env,
    AWS_REGION: await client.config.region(),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  })
  return {
    stores: openStores({ tableName: output('TableName'), partitions: tablePartitions.default }, now, client),
    secrets: createXSecrets(output('XSecretsArn'), access, now),
    xApiUrl: 'https://api.x.com',
    publicUrl: output('ApiUrl'),
    mailSetup: () => mailsOf(output('MailFrom'), output('AlarmTopicArn')),
  }
}

async function outputsOf(stack: string): Promise<(name: string) => string> {
  const { Stacks = [] } = await new CloudFormationClient({})
    .send(new DescribeStacksCommand({ StackName: stack }))
    .catch((error: unknown) => {
      if (!(error instanceof Error && /does not exist/.test(error.message))) throw error
      throw new UserError(`No stack «${stack}» in this account and region. --stack is its name in CloudFormation.`)
    })
  const outputs = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  return (name) => {
    const value = outputs.get(name)
    if (value) return value
    throw new UserError(`The stack «${stack}» has no output ${name}. Is it this product, and deployed to the end?`)
  }
}

/** Administrators are those who get the alarms: the stack subscribes each. */
async function mailsOf(from: string, topic: string) {
  const ses = new SESv2Client({})
  const [recipients, { ProductionAccessEnabled }, isVerified] = await Promise.all([
    alarmRecipients(topic),
    ses.send(new GetAccountCommand({})),
    isVerifiedBySes(ses, from),
  ])
  const administrators = [...recipients.keys()]
  const unreached: string[] = []
  if (!ProductionAccessEnabled)
    for (const address of administrators) if (!(await isVerifiedBySes(ses, address))) unreached.push(address)
  const unconfirmed = administrators.filter((address) => recipients.get(address) !== true)
  return { from, isVerified, administrators, unconfirmed, unreached }
}

if (import.meta.main) {
  try {
    const stack = stackIn(process.argv.slice(2))
    const state = await lookAtSetup(dependenciesOf(stack === undefined ? thisMachine() : await deployed(stack)))
    console.log(report(state))
    process.exitCode = exitCodeOf(state)
  } catch (error) {
    // Errors of AWS say what is wrong in one line: no credentials, no region, no permission.
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
