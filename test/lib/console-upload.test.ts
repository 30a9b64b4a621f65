import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cacheControl } from '../../build/console-headers.ts'
import { productApp, productStack, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const deployments = Object.entries(resourcesOf(template, 'Custom::CDKBucketDeployment'))
const named = (name: string) => {
  const found = deployments.find(([id]) => id.startsWith(`ConsoleUpload${name}`))
  if (!found) throw new Error(`no ${name}`)
  return { id: found[0], ...found[1] } as { id: string; DependsOn?: string[]; Properties: Record<string, unknown> }
}

test('hashed files are uploaded before the page, and browsers cache them forever', () => {
  const [hashed, page] = [named('Hashed'), named('Page')]
  expect(page.DependsOn).toContain(hashed.id)
  expect(hashed.Properties).toMatchObject({
    DestinationBucketKeyPrefix: 'assets',
    SystemMetadata: { 'cache-control': cacheControl.hashed },
  })
})

test('browsers revalidate the page and its configuration', () => {
  expect(named('Page').Properties).toMatchObject({ SystemMetadata: { 'cache-control': 'no-cache' } })
})

test('the configuration names the sign-in address and the client', () => {
  const [client] = Object.entries(resourcesOf(template, 'AWS::Cognito::UserPoolClient')).filter(
    ([, { Properties }]) => Properties.ClientName === 'console',
  )
  const [domain] = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPoolDomain'))
  const { SourceMarkers } = named('Page').Properties as { SourceMarkers: Record<string, unknown>[] }
  expect(Object.values(SourceMarkers[1] ?? {})).toEqual([{ Ref: domain }, { Ref: 'AWS::Region' }, { Ref: client?.[0] }])
})

test.each(['on', 'off'] as const)('the configuration says whether there is search: %s', (search) => {
  const app = productApp()
  productStack(app, { search })
  const { directory } = app.synth()
  const [file = ''] = globSync('asset.*/config.json', { cwd: directory })
  expect(JSON.parse(readFileSync(join(directory, file), 'utf8'))).toMatchObject({ hasSearch: search === 'on' })
})

test('older files stay, so an open page keeps working', () => {
  expect(deployments).toHaveLength(2)
  for (const [, { Properties }] of deployments) expect(Properties).toMatchObject({ Prune: false, RetainOnDelete: true })
})
