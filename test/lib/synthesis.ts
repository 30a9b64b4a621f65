import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { type FunctionName, functions } from '../../lambdas/runtime/resources.ts'
import { AlarmTopic } from '../../lib/alarms.ts'
import { HelpdeskTwitterStack } from '../../lib/helpdesk-twitter-stack.ts'
import type { Settings } from '../../lib/settings.ts'

const root = join(import.meta.dirname, '..', '..')

const outputs = mkdtempSync(join(tmpdir(), 'synthesis-'))
afterAll(() => rmSync(outputs, { recursive: true }))

/** The folder of a handler's bundle that stands for all of them: what is inside matters to no test here. */
export const bundle = join(import.meta.dirname, 'bundle')

/** The folder that stands for the console's build. */
export const site = join(import.meta.dirname, 'site')

/** An app with the context of cdk.json. Only the tests of the checks need CDK's validation, which takes seconds. */
export function productApp({ validated = false } = {}): App {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))
  return new App({
    context,
    outdir: mkdtempSync(join(outputs, 'app-')),
    analyticsReporting: false,
    builtinCloudFormationValidation: validated,
  })
}

/** The whole product, with somebody to hear its alarms unless `settings` say otherwise. */
export function productStack(app: App, settings: Partial<Settings> = {}): HelpdeskTwitterStack {
  return new HelpdeskTwitterStack(app, 'HelpdeskTwitter', {
    settings: {
      stackName: 'HelpdeskTwitter',
      administrators: ['on-call@example.com'],
      mailFrom: 'helpdesk@example.org',
      mailIdentity: 'new',
      domainPrefix: undefined,
      xApiUrl: 'https://api.x.com',
      usedeskApiUrl: undefined,
      eventSource: 'x-activity',
      mentionsPollMinutes: 2,
      deletionHoldHours: 24,
      lookupsPerCustomer: 200,
      megabytesPerCustomer: 1024,
      queueConcurrency: 2,
      tablePartitions: 4,
      search: 'on',
      auditDays: 365,
      machineClients: ['helpdesk'],
      adopted: {},
      originSecretStep: 1,
      webhookReserved: 0,
      firewallRequests: 0,
      firewallArn: undefined,
      corsOrigins: [],
      ...settings,
    },
    bundles: Object.fromEntries(Object.keys(functions).map((name) => [name, bundle])) as Record<FunctionName, string>,
    console: site,
  })
}

const templates = new Map<string, Template>()

/** The template of the whole product; made once in a test file for the same settings. */
export function productTemplate(settings: Partial<Settings> = {}): Template {
  const key = JSON.stringify(settings)
  const template = templates.get(key) ?? Template.fromStack(productStack(productApp(), settings))
  templates.set(key, template)
  return template
}

/** The properties of a function as it is deployed. @throws Error when it is not */
export function deployedFunction(template: Template, name: FunctionName): Record<string, unknown> {
  const deployed = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).map(({ Properties }) => Properties)
  const [found] = deployed.filter(({ FunctionName }) => FunctionName === `HelpdeskTwitter-${name}`)
  if (!found) throw new Error(`${name} is not deployed`)
  return found
}

/** A statement of a policy. */
export type Statement = {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource?: unknown
  readonly Condition?: unknown
}

/** Every statement of every policy inside, whichever resource it stands in. */
export function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return []
  const here = 'Statement' in value && Array.isArray(value.Statement) ? (value.Statement as Statement[]) : []
  return [...here, ...Object.values(value).flatMap(statementsIn)]
}

/** What the role of each function allows, by the function's name. */
export function permissionsOf(template: Template): Record<FunctionName, Statement[]> {
  const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
  const names = Object.keys(functions) as FunctionName[]
  const entries = names.map((name) => {
    const { Role } = deployedFunction(template, name) as { Role: { 'Fn::GetAtt': [string] } }
    const [role] = Role['Fn::GetAtt']
    const own = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${role}"`))
    return [name, statementsIn(own)]
  })
  return Object.fromEntries(entries) as Record<FunctionName, Statement[]>
}

/** A stack with nothing but a topic for alarms, to try one construct in. */
export function emptyStack(): { stack: Stack; alarms: AlarmTopic } {
  const stack = new Stack(productApp(), 'Trial')
  return {
    stack,
    alarms: new AlarmTopic(stack, 'Alarms', ['on-call@example.com']),
  }
}

export type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> }

/** The resources of a type, by logical id. */
export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>
}
