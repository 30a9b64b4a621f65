import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cliOperation } from './cli-models.ts'

const root = join(import.meta.dirname, '..', '..')
const documents = ['README.md', 'docs/configuration.md', 'docs/runbook.md', 'docs/operations.md', 'docs/scale.md']

/** Options that every command of the AWS CLI takes. */
const everywhere = new Set(['output', 'query', 'region', 'max-items', 'cli-binary-format', 'cli-read-timeout'])

type Command = {
  readonly text: string
  readonly service: string
  readonly operation: string
  readonly options: readonly string[]
}

/** The commands of the AWS CLI in a document, also those in the middle of others. */
function commandsIn(document: string): Command[] {
  const text = readFileSync(join(root, document), 'utf8').replaceAll(/ *\\\n */g, ' ')
  return [...text.matchAll(/\baws ([a-z0-9]+(?:-[a-z0-9]+)*) ([a-z0-9]+(?:-[a-z0-9]+)+|query|invoke)(?=[\s`)])/g)].map(
    (match) => {
      const [, service = '', operation = ''] = match
      const rest = outside(text.slice(match.index + match[0].length))
      const options = [...rest.matchAll(/ --([a-z0-9-]+)/g)].map(([, name = '']) => name)
      return { text: `${document}: ${match[0]}${rest}`, service, operation, options }
    },
  )
}

/** The words of a command up to its end, without what stands in quotes or is a command of its own. */
function outside(text: string): string {
  let words = ''
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? ''
    if (one === "'") at = text.indexOf("'", at + 1)
    else if (text.startsWith('$(', at) || (one === '(' && depth > 0)) {
      depth++
      if (one === '$') at++
    } else if (one === ')' && depth > 0) depth--
    else if (depth === 0 && /[\n`|;&)]/.test(one)) return words
    else if (depth === 0) words += one
    if (at < 0) return words
  }
  return words
}

const commands = documents.flatMap(commandsIn)

test('every command of the AWS CLI that a document names is one, with options that it takes and all that it needs', () => {
  expect(commands.length).toBeGreaterThan(45)
  const wrong = commands.flatMap(({ text, service, operation, options }) => {
    const known = cliOperation(service, operation)
    if (!known) return [`${text}: there is no such command`]
    // A command that is only named has no options.
    const missing = options.length === 0 ? [] : known.required.filter((name) => !options.includes(name))
    const unknown = options.filter((name) => !known.options.has(name) && !everywhere.has(name))
    return [...missing.map((name) => `${text}: --${name} is missing`), ...unknown.map((name) => `${text}: --${name}?`)]
  })
  expect(wrong).toEqual([])
})

test('the rotation of a machine client’s secret is made of commands that answer what the next one needs', () => {
  const named = commands.map(({ operation }) => operation).filter((operation) => operation.includes('client-secret'))
  expect(named).toEqual([
    'add-user-pool-client-secret',
    'list-user-pool-client-secrets',
    'delete-user-pool-client-secret',
  ])
})
