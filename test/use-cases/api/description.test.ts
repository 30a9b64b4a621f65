import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import spectral from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'
import { apiOver } from '../../support/api.ts'
import { untouched } from '../../support/untouched.ts'

const root = join(import.meta.dirname, '../../..')
let description = ''

beforeAll(async () => {
  const api = apiOver(untouched('stores'), () => new Date())
  description = (await api('GET', '/api/openapi.json')).body ?? ''
})

test('Redocly has nothing to say about the description, as strict as it can be', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  const file = join(folder, 'openapi.json')
  writeFileSync(file, description)
  const lint = [join(root, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', file]
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  try {
    const answer = execFileSync(process.execPath, [...lint, '--extends=recommended-strict', '--format=json'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(JSON.parse(answer.toString())).toMatchObject({ problems: [] })
  } catch (error) {
    const { stdout } = error as { stdout?: Buffer }
    if (stdout === undefined) throw error
    expect(JSON.parse(stdout.toString()).problems).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('Spectral has nothing to say about the description, except that its contact has no address', async () => {
  const linter = new spectral.Spectral()
  // There is nobody whom all installations could name.
  linter.setRuleset({
    extends: [[rulesets.oas, 'all']],
    rules: { 'contact-properties': 'off', 'license-url': 'off' },
  } as never)
  const found = await linter.run(JSON.parse(description))
  expect(found.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)).toEqual([])
})
