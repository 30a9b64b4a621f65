import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  FeaturePlan,
  ManagedLoginVersion,
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

export type AccessProps = {
  /** The console's address, without a slash at its end: people are sent there, and nowhere else, once signed in. */
  readonly consoleUrl: string
  /** First label of the host of sign-in and tokens; must be free in the region. */
  readonly domainPrefix: string | undefined
}

/** Who may call the API: a Cognito user pool that signs people in and issues tokens to them and to machines. */
export class Access extends Construct {
  readonly userPoolId: string
  /** Where people sign in: the calls of the console's sign-in begin here, with `/oauth2`. */
  readonly signInUrl: string
  /** Where a machine exchanges its id and secret for a token. */
  readonly tokenUrl: string
  readonly clientIds: Record<MachineName | 'console', string>
  /** Lets through what carries a valid token of one of the clients. What it may do is the handler's decision. */
  readonly authorizer: HttpJwtAuthorizer

  constructor(scope: Construct, id: string, { consoleUrl, domainPrefix }: AccessProps) {
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
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    Validations.of(pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'The plus plan, paid by the head, guards against stolen passwords. Here a password alone opens no account in use: ' +
        'everyone needs the code of an authenticator app, and administrators make the accounts.',
    })
    for (const [groupName, description] of Object.entries(access.groups)) {
      pool.addGroup(groupName, { groupName, description })
    }

    // The account's number makes it unique in the region, the stack's name within the account.
    const prefix = domainPrefix ?? `${Stack.of(this).stackName.toLowerCase()}-${Aws.ACCOUNT_ID}`
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: prefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    })
    const scopes = Object.entries(access.scopes).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    )
    const server = pool.addResourceServer('Api', { identifier: access.resourceServer, scopes })
    const helpdesk = machineClient(this, 'helpdesk', pool, server, scopes)
    const admin = machineClient(this, 'admin', pool, server, scopes)
    const people = consoleClient(this, pool, consoleUrl)

    this.userPoolId = pool.userPoolId
    this.signInUrl = domain.baseUrl()
    this.tokenUrl = `${this.signInUrl}/oauth2/token`
    this.clientIds = {
      helpdesk: helpdesk.userPoolClientId,
      admin: admin.userPoolClientId,
      console: people.userPoolClientId,
    }
    // Cognito's access tokens have no audience; the gateway then compares their client_id with this list.
    this.authorizer = new HttpJwtAuthorizer('Jwt', pool.userPoolProviderUrl, {
      jwtAudience: Object.values(this.clientIds),
    })
  }
}

/** People sign in on Cognito's page and come back with a code, which only the browser that asked can exchange (PKCE). */
function consoleClient(scope: Construct, userPool: UserPool, consoleUrl: string): UserPoolClient {
  const client = new UserPoolClient(scope, 'console-client', {
    userPool,
    userPoolClientName: 'console',
    // What runs in a browser keeps no secret.
    generateSecret: false,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
      callbackUrls: [`${consoleUrl}/signed-in`],
      logoutUrls: [`${consoleUrl}/`],
    },
    // The page needs none of these; they would be a way around it.
    authFlows: { userSrp: false },
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    // A working day: who leaves the company is out by the evening, even if nobody thinks of it.
    refreshTokenValidity: Duration.hours(12),
  })
  // A client without a style has no page at all.
  new CfnManagedLoginBranding(scope, 'SignInPage', {
    userPoolId: userPool.userPoolId,
    clientId: client.userPoolClientId,
    useCognitoProvidedValues: true,
  })
  return client
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
