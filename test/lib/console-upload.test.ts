import { expect, test } from '@jest/globals'
import { cacheControl } from '../../build/console-headers.ts'
import { productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const deployments = Object.entries(resourcesOf(template, 'Custom::CDKBucketDeployment'))
const named = (name: string) => {
  const found = deployments.find(([id]) => id.startsWith(`ConsoleUpload${name}`))
  if (!found) throw new Error(`no ${name}`)
  return { id: found[0], ...found[1] } as { id: string; DependsOn?: string[]; Properties: Record<string, unknown> }
}

test('what the page needs is there before the page, and is kept by browsers for ever', () => {
  const [hashed, page] = [named('Hashed'), named('Page')]
  expect(page.DependsOn).toContain(hashed.id)
  expect(hashed.Properties).toMatchObject({
    DestinationBucketKeyPrefix: 'assets',
    SystemMetadata: { 'cache-control': cacheControl.hashed },
  })
})

test('the page and its configuration are asked for each time', () => {
  expect(named('Page').Properties).toMatchObject({ SystemMetadata: { 'cache-control': 'no-cache' } })
})

test('the configuration names where people sign in and through which client', () => {
  const [client] = Object.entries(resourcesOf(template, 'AWS::Cognito::UserPoolClient')).filter(
    ([, { Properties }]) => Properties.ClientName === 'console',
  )
  const [domain] = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPoolDomain'))
  const { SourceMarkers } = named('Page').Properties as { SourceMarkers: Record<string, unknown>[] }
  expect(Object.values(SourceMarkers[1] ?? {})).toEqual([{ Ref: domain }, { Ref: 'AWS::Region' }, { Ref: client?.[0] }])
})

test('nothing that was there before is taken away: an open page goes on', () => {
  expect(deployments).toHaveLength(2)
  for (const [, { Properties }] of deployments) expect(Properties).toMatchObject({ Prune: false, RetainOnDelete: true })
})
