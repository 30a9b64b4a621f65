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
import { access } from '../lambdas/core/api/access.ts'
import type { MachineClient } from './settings.ts'

type ScopeName = keyof typeof access.scopes

/** The scopes of a machine client's tokens. */
const scopesOf = {
  helpdesk: ['tickets'],
  admin: ['tickets', 'admin'],
} as const satisfies Record<MachineClient, readonly ScopeName[]>

export type AccessProps = {
  /** Origin of the console, without a trailing slash: the only place to which a sign-in returns. */
  readonly consoleUrl: string
  /** First label of the sign-in domain, unique in the region; undefined: stack name and account number. */
  readonly domainPrefix: string | undefined
  readonly machineClients: readonly MachineClient[]
}

/** A Cognito user pool: it signs people in and issues the tokens of people and machines. */
export class Access extends Construct {
  readonly userPoolId: string
  /** Origin of the sign-in pages and of Cognito's OAuth endpoints (`/oauth2/…`). */
  readonly signInUrl: string
  /** Token endpoint: a machine exchanges client id and secret for an access token. */
  readonly tokenUrl: string
  readonly clientIds: Partial<Record<MachineClient, string>> & { readonly console: string }
  /** Accepts valid tokens of these clients. The API handler checks what the caller may do. */
  readonly authorizer: HttpJwtAuthorizer

  constructor(scope: Construct, id: string, { consoleUrl, domainPrefix, machineClients }: AccessProps) {
    super(scope, id)
    const pool = new UserPool(this, 'Users', {
      selfSignUpEnabled: false,
      // These three can never be changed again (docs/decisions/people.md). The user name is what others see: access tokens
      // carry it and nothing else of a person.
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true } },
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
        'The Plus plan, priced per user, protects against stolen passwords. Here a password alone is not enough: a ' +
        'second factor is required, and only administrators create users.',
    })
    for (const [groupName, { description }] of Object.entries(access.groups)) {
      pool.addGroup(groupName, { groupName, description })
    }

    // The account number makes it unique in the region, the stack name within the account.
    const prefix = domainPrefix ?? `${Stack.of(this).stackName.toLowerCase()}-${Aws.ACCOUNT_ID}`
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: prefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    })
    const scopes = Object.entries(access.scopes).map(
      ([scopeName, { description }]) => new ResourceServerScope({ scopeName, scopeDescription: description }),
    )
    const server = pool.addResourceServer('Api', { identifier: access.resourceServer, scopes })
    const machines = machineClients.map((name) => [name, machineClient(this, name, pool, server, scopes)] as const)
    const people = consoleClient(this, pool, consoleUrl)

    this.userPoolId = pool.userPoolId
    this.signInUrl = domain.baseUrl()
    this.tokenUrl = `${this.signInUrl}/oauth2/token`
    this.clientIds = {
      ...Object.fromEntries(machines.map(([name, client]) => [name, client.userPoolClientId])),
      console: people.userPoolClientId,
    }
    // Cognito's access tokens have no audience, so API Gateway compares their client_id with this list.
    this.authorizer = new HttpJwtAuthorizer('Jwt', pool.userPoolProviderUrl, {
      jwtAudience: Object.values(this.clientIds),
    })
  }
}

/** People sign in on Cognito's page and return with a code that only the same browser can exchange (PKCE). */
function consoleClient(scope: Construct, userPool: UserPool, consoleUrl: string): UserPoolClient {
  const client = new UserPoolClient(scope, 'console-client', {
    userPool,
    userPoolClientName: 'console',
    // A browser cannot keep a secret.
    generateSecret: false,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
      callbackUrls: [`${consoleUrl}/signed-in`],
      logoutUrls: [`${consoleUrl}/`],
    },
    // Sign-in only through Cognito's page, which needs no flow. An empty list would mean all, and Cognito refuses the flow
    // for refresh tokens beside rotation. This flow leads nowhere, because it needs a function that the pool does not have.
    authFlows: { custom: true },
    preventUserExistenceErrors: true,
    // Sign-out revokes the refresh token, and with it every later one.
    enableTokenRevocation: true,
    // Cognito's shortest. The API looks at the token alone: who signs out or loses a role keeps it until it ends.
    accessTokenValidity: Duration.minutes(5),
    idTokenValidity: Duration.minutes(5),
    // Each use gives a new one. The old one works for a minute more, because the answer may have been lost.
    refreshTokenRotationGracePeriod: Duration.minutes(1),
    // A working day from the sign-in on.
    refreshTokenValidity: Duration.hours(12),
  })
  // Managed login shows no page for a client without a branding style.
  new CfnManagedLoginBranding(scope, 'SignInPage', {
    userPoolId: userPool.userPoolId,
    clientId: client.userPoolClientId,
    useCognitoProvidedValues: true,
  })
  return client
}

function machineClient(
  scope: Construct,
  name: MachineClient,
  userPool: UserPool,
  server: UserPoolResourceServer,
  scopes: readonly ResourceServerScope[],
): UserPoolClient {
  const allowed: readonly string[] = scopesOf[name]
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
    // Otherwise people could sign in through a machine client.
    authFlows: { userSrp: false },
    accessTokenValidity: Duration.hours(1),
  })
}
