import { expect, test } from '@jest/globals'
import { type App, CfnResource, Validations } from 'aws-cdk-lib'
import { CfnQueue } from 'aws-cdk-lib/aws-sqs'
import { addChecks } from '../../lib/checks.ts'
import { productApp, productStack } from './synthesis.ts'

/** CloudFormation's own validation takes seconds; those who look for our rules alone leave it out. */
function checkedApp({ validated }: { validated: boolean }): App {
  const app = productApp({ validated })
  addChecks(app)
  return app
}

test('every finding in the deployed stack is fixed or acknowledged', () => {
  const app = checkedApp({ validated: true })
  productStack(app)
  expect(() => app.synth()).not.toThrow()
})

test('a queue without a dead-letter queue and without TLS is refused', () => {
  const app = checkedApp({ validated: false })
  const stack = productStack(app)
  new CfnQueue(stack, 'Careless')
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS3[\s\S]*AwsSolutions-SQS4/)
})

test('a route without authorizer and without a reason for that is refused', () => {
  const app = checkedApp({ validated: false })
  const stack = productStack(app)
  const route = stack.node.findAll().find(({ node }) => node.path.endsWith('/ANY--webhooks--twitter'))
  if (!route) throw new Error('no route of the webhook')
  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY
  expect(route.node.metadata.some(({ type }) => type === key)).toBe(true)
  Object.defineProperty(route.node, 'metadata', { value: route.node.metadata.filter(({ type }) => type !== key) })
  expect(() => app.synth()).toThrow(/AwsSolutions-APIG4/)
})

test('a template that CloudFormation would refuse is refused', () => {
  const app = checkedApp({ validated: true })
  const stack = productStack(app)
  new CfnResource(stack, 'Misspelled', { type: 'AWS::Logs::LogGroup', properties: { RetentionDays: 30 } })
  expect(() => app.synth()).toThrow(/RetentionDays/)
})
