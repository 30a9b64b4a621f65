import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

type Component = {
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly licenses?: object[]
}

const root = join(import.meta.dirname, '../..')

test('the software bill of materials has what is deployed, with version and licence, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-sbom-test-'))
  try {
    const output = join(folder, 'sbom.cdx.json')
    execFileSync(process.execPath, [join(root, 'build/sbom.ts'), '--output', output], { stdio: 'pipe' })
    const { bomFormat, components } = JSON.parse(readFileSync(output, 'utf8')) as {
      bomFormat: string
      components: Component[]
    }
    expect(bomFormat).toBe('CycloneDX')
    const names = components.map(({ group, name }) => (group ? `${group}/${name}` : name))
    // A function's library, one that is read at first use, one of the libraries' own, and the console's.
    expect(names).toEqual(
      expect.arrayContaining(['@aws-sdk/client-dynamodb', 'twitter-text', 'zod', '@smithy/core', 'core-js', 'preact']),
    )
    // What builds, deploys and tests.
    expect(names.filter((name) => /^(aws-cdk|aws-cdk-lib|esbuild|vite|jest|typescript|node)$/.test(name))).toEqual([])
    const installed = (name: string) =>
      JSON.parse(readFileSync(join(root, `node_modules/${name}/package.json`), 'utf8')).version
    expect(components.find(({ name }) => name === 'zod')?.version).toBe(installed('zod'))
    expect(components.filter(({ version }) => !version)).toEqual([])
    // Its package.json names none; it is the Apache License 2.0.
    expect(components.filter(({ licenses }) => !licenses).map(({ name }) => name)).toEqual(['twitter-text'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
