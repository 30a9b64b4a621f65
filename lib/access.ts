import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import { access } from '../lambdas/runtime/resources.ts'

type ScopeName = keyof typeof access.scopes

/** The machines that may ask for a token, and what their tokens let them do. */
const machines = {
  helpdesk: ['tickets'],
  admin: ['tickets', 'admin'],
} as const satisfies Record<string, readonly ScopeName[]>

type MachineName = keyof typeof machines

/** Who may call the API: a Cognito user pool that issues tokens to machines. */
export class Access extends Construct {
  readonly userPoolId: string
  /** Where a machine exchanges its id and secret for a token. */
  readonly tokenUrl: string
  readonly clientIds: Record<MachineName, string>
  /** Lets through what carries a valid token of one of the machines. What it may do is the handler's decision. */
  readonly authorizer: HttpJwtAuthorizer

  /** @param domainPrefix first label of the token host; must be free in the region */
  constructor(scope: Construct, id: string, domainPrefix?: string) {
    super(scope, id)
    const pool = new UserPool(this, 'Users', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      // Nobody signs in yet, but a pool that has users can no longer be made to demand a second factor.
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    Validations.of(pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason: "The plus plan guards people's sign-in against stolen passwords. The pool has machines only so far.",
    })

    // The account's number makes it unique in the region, the stack's name within the account.
    const prefix = domainPrefix ?? `${Stack.of(this).stackName.toLowerCase()}-${Aws.ACCOUNT_ID}`
    const domain = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: prefix } })
    const scopes = Object.entries(access.scopes).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    )
    const server = pool.addResourceServer('Api', { identifier: access.resourceServer, scopes })
    const helpdesk = machineClient(this, 'helpdesk', pool, server, scopes)
    const admin = machineClient(this, 'admin', pool, server, scopes)

    this.userPoolId = pool.userPoolId
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`
    this.clientIds = { helpdesk: helpdesk.userPoolClientId, admin: admin.userPoolClientId }
    // Cognito's tokens for machines have no audience; the gateway then compares their client_id with this list.
    this.authorizer = new HttpJwtAuthorizer('Jwt', pool.userPoolProviderUrl, {
      jwtAudience: Object.values(this.clientIds),
    })
  }
}

function machineClient(
  scope: Construct,
  name: MachineName,
  userPool: UserPool,
  server: UserPoolResourceServer,
  scopes: readonly ResourceServerScope[],
): UserPoolClient {
  const allowed: readonly string[] = machines[name]
  return new UserPoolClient(scope, `${name}-client`, {
    userPool,
    userPoolClientName: name,
    generateSecret: true,
    oAuth: {
      flows: { clientCredentials: true },
      scopes: scopes
        .filter(({ scopeName }) => allowed.includes(scopeName))
        .map((allowedScope) => OAuthScope.resourceServer(server, allowedScope)),
    },
    // Without this, Cognito would let people sign in through a machine's client.
    authFlows: { userSrp: false },
    accessTokenValidity: Duration.hours(1),
  })
}
