import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { logEvents } from '../../lambdas/core/log-events.ts'
import { productTemplate } from './synthesis.ts'

const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
const commands = [...runbook.matchAll(/^( *)```sh\n(.*?)^\1```/gms)].map(([, , block = '']) => block)

test('every block of commands is valid bash', () => {
  expect(commands.length).toBeGreaterThan(0)
  const { status, stderr } = spawnSync('bash', ['-n'], { input: commands.join('\n'), encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('queries of logs ask for events that the functions log', () => {
  const conditions = [...runbook.matchAll(/message\.event (?:=|in) (\[[^\]]+\]|"\w+")/g)].map(([, names = '']) => names)
  const asked = conditions.flatMap((names) => [...names.matchAll(/\w+/g)].map(([name]) => name))
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter((name) => !Object.hasOwn(logEvents, name))).toEqual([])
})

test('the stack has every output that a command reads', () => {
  const outputs = [...runbook.matchAll(/\boutput ([A-Z]\w+)\b/g)].map(([, name = '']) => name)
  const read = outputs.filter((name) => name !== 'NAME')
  expect(read.length).toBeGreaterThan(0)
  expect(read.filter((name) => !Object.hasOwn(productTemplate().toJSON().Outputs, name))).toEqual([])
})

test('every section says how severe it is', () => {
  const sections = runbook.split(/^## /m).slice(1)
  const silent = sections.filter((section) => !/\*\*(Severity|What people notice and how severe)/.test(section))
  // The first two are no cases but tools for all others.
  expect(silent.map((section) => section.split('\n')[0])).toEqual(['Before you start', 'Common errors'])
})

test('what is put in for an id was printed by a command before it, and every script is there', () => {
  expect(commands.join('\n')).toContain('EventSourceMappings[].[UUID,State]')
  expect(runbook).not.toContain('MAPPING_UUID')
  for (const [, script = ''] of runbook.matchAll(/npm run (?:--silent )?(\w+)/g)) expect(scripts).toHaveProperty(script)
})
