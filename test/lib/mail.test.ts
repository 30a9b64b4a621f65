import { describe, expect, jest, test } from '@jest/globals'
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions'
import type { Settings } from '../../lib/settings.ts'
import { deployedFunction, permissionsOf, productApp, productStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const writers = ['inactivity', 'reconcile'] as const
type Writer = (typeof writers)[number]

/** The names of the identities that a permission is about: those of the template by their address, as the others are. */
function identitiesIn(from: Template, resources: unknown): string[] {
  const arns = (Array.isArray(resources) ? resources : [resources]) as { 'Fn::Join': [string, unknown[]] }[]
  return arns.map((arn) => {
    const parts = arn['Fn::Join'][1].map((part) => {
      const { Ref } = part as { Ref?: string }
      const identity = Ref === undefined ? undefined : resourcesOf(from, 'AWS::SES::EmailIdentity')[Ref]
      return identity?.Properties.EmailIdentity ?? Ref ?? part
    })
    const [, name] = /^arn:AWS::Partition:ses:AWS::Region:AWS::AccountId:identity\/([^/]+)$/.exec(parts.join('')) ?? []
    return name ?? `not an identity: ${JSON.stringify(arn)}`
  })
}

function mayMail(writer: Writer, settings?: Partial<Settings>) {
  const from = productTemplate(settings)
  const found = permissionsOf(from)[writer].filter(({ Action }) => JSON.stringify(Action).includes('ses:'))
  return found.map((one) => ({ ...one, Resource: identitiesIn(from, one.Resource).sort() }))
}

test('mails have one sender, which the outputs name', () => {
  const [[id, identity] = [], ...others] = Object.entries(resourcesOf(template, 'AWS::SES::EmailIdentity'))
  expect(others).toEqual([])
  expect(identity?.Properties.EmailIdentity).toBe('helpdesk@example.org')
  template.hasOutput('MailFrom', { Value: { Ref: id } })
})

describe.each(writers)('the function %s', (writer) => {
  test('gets the recipients and the sender', () => {
    const two = productTemplate({ administrators: ['a@example.com', 'b@example.com'] })
    expect(deployedFunction(two, writer).Environment).toMatchObject({
      Variables: { ADMINISTRATORS: 'a@example.com,b@example.com', MAIL_FROM: 'helpdesk@example.org' },
    })
  })

  test('may send only from our address, and to the administrators in the SES sandbox too', () => {
    expect(mayMail(writer, { administrators: ['a@example.com', 'b@example.com'] })).toEqual([
      {
        Effect: 'Allow',
        Action: 'ses:SendEmail',
        Resource: ['a@example.com', 'b@example.com', 'example.com', 'example.org', 'helpdesk@example.org'],
        Condition: { StringEquals: { 'ses:FromAddress': 'helpdesk@example.org' } },
      },
    ])
  })

  test('works without administrators', () => {
    jest.spyOn(console, 'error').mockReturnValue()
    const settings = { administrators: [] }
    const { Variables } = deployedFunction(productTemplate(settings), writer).Environment as { Variables: object }
    expect(Variables).toMatchObject({ ADMINISTRATORS: '', MAIL_FROM: 'helpdesk@example.org' })
    expect(mayMail(writer, settings).map(({ Resource }) => Resource)).toEqual([['example.org', 'helpdesk@example.org']])
  })

  test('may send to an administrator who is also the sender', () => {
    const settings = { administrators: ['helpdesk@example.org'] }
    expect(mayMail(writer, settings).map(({ Resource }) => Resource)).toEqual([['example.org', 'helpdesk@example.org']])
  })
})

test('no other function sends mails', () => {
  const allowed = Object.entries(permissionsOf(template)).filter(([, statements]) =>
    JSON.stringify(statements).includes('ses:SendEmail'),
  )
  expect(allowed.map(([name]) => name)).toEqual(writers)
})

test('the API may ask whether our address is verified, and nothing else of SES', () => {
  const asked = permissionsOf(template).api.filter(({ Action }) => JSON.stringify(Action).includes('ses:'))
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ Effect: 'Allow', Action: 'ses:GetEmailIdentity' })
  expect(identitiesIn(template, asked[0]?.Resource).sort()).toEqual(['example.org', 'helpdesk@example.org'])
})

describe('synthesis', () => {
  const warning = Match.stringLikeRegexp('cannot be sent from the placeholder')

  test('warns about the placeholder as sender, and succeeds', () => {
    jest.spyOn(console, 'error').mockReturnValue()
    const app = productApp()
    const stack = productStack(app, { mailFrom: 'helpdesk@example.com' })
    expect(() => app.synth()).not.toThrow()
    Annotations.fromStack(stack).hasWarning('*', warning)
  })

  test('does not warn about another sender', () => {
    Annotations.fromStack(productStack(productApp())).hasNoWarning('*', warning)
  })
})

test('a sender that SES knows already is not made, and mails may be sent from it and from its domain', () => {
  const existing = productTemplate({ mailIdentity: 'existing' })
  expect(resourcesOf(existing, 'AWS::SES::EmailIdentity')).toEqual({})
  existing.hasOutput('MailFrom', { Value: 'helpdesk@example.org' })
  for (const writer of writers) {
    const [statement] = mayMail(writer, { mailIdentity: 'existing' })
    expect(statement?.Resource).toEqual(expect.arrayContaining(['helpdesk@example.org', 'example.org']))
  }
})
