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

export type HandlerFunctionProps = {
  readonly name: FunctionName
  /** The folder with the bundled handler, `index.mjs`. */
  readonly code: string
  /** Concurrent executions that only it may use, and all that it may use; 0 or not given: it shares the account's. */
  readonly reserved?: number
}

/** Variables that name no AWS resource, so they come without a permission. */
type PlainVariable =
  | 'TABLE_PARTITIONS'
  | 'DELETION_HOLD_HOURS'
  | 'LOOKUPS_PER_CUSTOMER'
  | 'MEGABYTES_PER_CUSTOMER'
  | 'LOCAL_ENDPOINTS'
  | 'SEARCH'
  | 'X_API_URL'
  | 'KEY_RECOVERY'
  | 'PUBLIC_URL'
  | 'EVENT_SOURCE'
  | 'AUDIT_DAYS'
  | 'ADMINISTRATORS'
  | 'ORIGIN_SECRETS'
  | 'USEDESK_API_URL'

/** IAM actions on resources; exact names only. */
export type Permission = {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** IAM conditions; none when not given. */
  readonly conditions?: Conditions
}

/**
 * A function of the manifest (`lambdas/runtime/resources.ts`) with a role and a log of its own. What calls it raises the
 * alarms: answers with 5XX, a queue that waits, a schedule (docs/operations.md).
 * Synthesis fails unless its variables are exactly those of the manifest.
 */
export class HandlerFunction extends Construct {
  readonly name: FunctionName
  readonly lambda: LambdaFunction
  readonly logGroup: LogGroup
  readonly #role: Role
  readonly #variables = new Set<EnvironmentName>()

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id)
    const { timeoutSeconds, memoryMb } = functions[props.name]
    // Predictable names, so the runbook's commands can build them from stack and function name.
    const functionName = `${Stack.of(this).stackName}-${props.name}`
    this.name = props.name
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      // It holds ids and outcomes, never the text of a message, so nothing in it outlives the function.
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
      ...(props.reserved && { reservedConcurrentExecutions: props.reserved }),
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
    })
    this.node.addValidation({ validate: () => this.#environmentErrors() })
    this.#acknowledgeFindings()
  }

  /** Adds a permission to the function's role. */
  addPermission({ actions, resources, conditions = {} }: Permission): void {
    this.#role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    )
  }

  /** Sets the variable that names a resource and grants its use, so neither can be forgotten. */
  addResource(
    variable: Exclude<EnvironmentName, PlainVariable>,
    value: string,
    ...permissions: readonly [Permission, ...Permission[]]
  ): void {
    this.#setVariable(variable, value)
    for (const permission of permissions) this.addPermission(permission)
  }

  /** Leaves a variable empty, because this installation does not have what it would name. */
  addNothing(variable: EnvironmentName): void {
    this.#setVariable(variable, '')
  }

  /** Sets a variable that is a plain value. */
  addVariable(variable: PlainVariable, value: string): void {
    this.#setVariable(variable, value)
  }

  #setVariable(variable: EnvironmentName, value: string): void {
    this.#variables.add(variable)
    this.lambda.addEnvironment(variable, value)
  }

  #environmentErrors(): string[] {
    const { environment }: FunctionResource = functions[this.name]
    const missing = environment.filter((variable) => !this.#variables.has(variable))
    const unexpected = [...this.#variables].filter((variable) => !environment.includes(variable))
    return [
      ...missing.map((variable) => `${this.name}: the stack does not set ${variable}, which the manifest lists`),
      ...unexpected.map((variable) => `${this.name}: the stack sets ${variable}, which the manifest does not list`),
    ]
  }

  #acknowledgeFindings(): void {
    Validations.of(this.lambda).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'API Gateway sees a failure at once, a queue has its own dead-letter queue, and the next run of a schedule ' +
          'does the work of a failed one.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'X-Ray permissions cannot be limited to resources. The ids in the logs show the path of an event instead.',
      },
    )
  }
}
