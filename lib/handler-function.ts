import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import {
  type EnvironmentName,
  type FunctionName,
  type FunctionResource,
  functions,
} from '../lambdas/runtime/resources.ts'
import { type AlarmTopic, alarmPeriod, RunbookAlarm } from './alarms.ts'

export type HandlerFunctionProps = {
  readonly name: FunctionName
  /** The folder with the bundled handler, `index.mjs`. */
  readonly code: string
  readonly alarms: AlarmTopic
  /** What its failure means for people: the beginning of the sentence of its alarms. */
  readonly userImpact: string
}

/** The variables that name nothing in AWS: there is nothing to be permitted with them. */
type PlainVariable = 'X_API_URL' | 'PUBLIC_URL' | 'EVENT_SOURCE' | 'ADMINISTRATORS'

/** Something that a function may do, and on what: exact names only. */
export type Permission = {
  readonly actions: readonly string[]
  readonly on: readonly string[]
  /** IAM's conditions: always when there are none. */
  readonly when?: Conditions
}

/**
 * A function of the manifest with its own role, its own log and its alarms.
 * Synthesis fails when the environment that it was given is not, to the name, what the manifest says that it reads.
 */
export class HandlerFunction extends Construct {
  readonly name: FunctionName
  readonly lambda: LambdaFunction
  readonly logGroup: LogGroup
  readonly #role: Role
  readonly #given = new Set<EnvironmentName>()

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id)
    const { timeoutSeconds, memoryMb } = functions[props.name]
    // Names that can be guessed from the manifest's: whoever is on call finds the function and its log by them.
    const functionName = `${Stack.of(this).stackName}-${props.name}`
    this.name = props.name
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      // It holds ids and outcomes, never a text: nothing worth keeping when the function is gone.
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup.grantWrite(this.#role)
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.code),
      handler: 'index.handler',
      role: this.#role,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMb,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
    })
    this.#addAlarms(props)
    this.node.addValidation({ validate: () => this.#differences() })
    this.#acknowledgeFindings()
  }

  /** Lets the function do something. */
  allow({ actions, on, when: conditions = {} }: Permission): void {
    this.#role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...on], conditions }))
  }

  /** An environment variable together with the permission to use what it names: neither can be had alone. */
  give(
    variable: Exclude<EnvironmentName, PlainVariable>,
    value: string,
    ...permissions: readonly [Permission, ...Permission[]]
  ): void {
    this.#setVariable(variable, value)
    for (const permission of permissions) this.allow(permission)
  }

  /** An environment variable that is a plain value. */
  set(variable: PlainVariable, value: string): void {
    this.#setVariable(variable, value)
  }

  #setVariable(variable: EnvironmentName, value: string): void {
    this.#given.add(variable)
    this.lambda.addEnvironment(variable, value)
  }

  #differences(): string[] {
    const { environment }: FunctionResource = functions[this.name]
    const missing = environment.filter((variable) => !this.#given.has(variable))
    const surplus = [...this.#given].filter((variable) => !environment.includes(variable))
    return [
      ...missing.map((variable) => `${this.name} reads ${variable}, which the stack does not give it`),
      ...surplus.map((variable) => `${this.name} is given ${variable}, which it does not read by the manifest`),
    ]
  }

  #addAlarms({ name, alarms, userImpact }: HandlerFunctionProps): void {
    new RunbookAlarm(this, 'Errors', {
      alarms,
      name: `${name}-errors`,
      userImpact: userImpact,
      cause: `the function ${name} crashed or ran out of time`,
      section: `${name}-errors`,
      metric: this.lambda.metricErrors({ period: alarmPeriod }),
    })
    new RunbookAlarm(this, 'Throttles', {
      alarms,
      name: `${name}-throttled`,
      userImpact: userImpact,
      cause: `AWS refused to run the function ${name} because too many functions ran at once`,
      section: 'throttled-functions',
      metric: this.lambda.metricThrottles({ period: alarmPeriod }),
    })
  }

  #acknowledgeFindings(): void {
    Validations.of(this.lambda).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'This one is called by the gateway, which hears of a failure at once, by a queue, which has dead letters of ' +
          'its own, or by a schedule, whose next run does what this one did not.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'Tracing needs permissions on every resource of the account (X-Ray knows no narrower ones). The path of an ' +
          'event is followed by its ids in the logs.',
      },
    )
  }
}
