import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Files below folders, by their path from the root. */
function filesIn(folders: readonly string[], ending: RegExp): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter(
      (entry) => entry.isFile() && ending.test(entry.name) && !/node_modules|console\/dist/.test(entry.parentPath),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

const code = filesIn(['bench', 'bin', 'build', 'lib', 'lambdas', 'local', 'operate', 'console', 'test'], /\.tsx?$/)
const documents = [
  ...filesIn(['docs', 'examples', 'local'], /\.md$/),
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].filter((file) => existsSync(join(root, file))),
]

describe('docs/rules.md', () => {
  const rules = read('docs/rules.md')
  const stated = new Set([...rules.matchAll(/^## Rule (\d+)\./gm)].map(([, number]) => number))
  const citations = (text: string) =>
    [...text.matchAll(/\brules? (\d+)(?:(?:, | and | to )(\d+))*/gi)].flatMap((found) =>
      [...found[0].matchAll(/\d+/g)].map(([number]) => number),
    )

  test('states every rule that code or a document cites', () => {
    const unknown = [...code, ...documents].flatMap((file) =>
      citations(read(file))
        .filter((number) => !stated.has(number))
        .map((number) => `${file}: rule ${number}`),
    )
    expect(unknown.filter((one) => !one.startsWith('test/docs.test.ts'))).toEqual([])
    expect(citations('see Rule 3, and rules 5 and 6')).toEqual(['3', '5', '6'])
    expect([...stated]).toHaveLength(13)
  })

  test('names for each rule a test that is there', () => {
    const sections = rules.split(/^## Rule /m).slice(1)
    for (const section of sections) {
      const named = [...section.matchAll(/`(test\/[\w/.-]+)` › «([^»]+)»/g)]
      expect(named.length).toBeGreaterThan(0)
      for (const [, file = '', title = ''] of named) {
        const source = read(file)
        expect(source.includes(`'${title}'`) || source.includes(`"${title}"`) ? '' : `${file} › ${title}`).toBe('')
      }
    }
  })
})

test('every link and picture of a document leads to a file that is there', () => {
  const broken = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)|src="([^"]+)"/g)]
      .map((found) => found[1] ?? found[2] ?? '')
      .filter((to) => !/^[a-z]+:/.test(to) && !existsSync(join(root, dirname(file), to)))
      .map((to) => `${file}: ${to}`),
  )
  expect(broken).toEqual([])
  expect(documents.length).toBeGreaterThan(10)
})

test('every file that a document names in code exists', () => {
  const paths = /`((?:bench|lambdas|lib|build|local|operate|console|test|docs|examples|bin)\/[\w/.-]+\.\w+)`/g
  const missing = documents.flatMap((file) =>
    [...read(file).matchAll(paths)]
      .map(([, path = '']) => path)
      .filter((path) => !path.startsWith('console/dist') && !/NAME/.test(path) && !existsSync(join(root, path)))
      .map((path) => `${file}: ${path}`),
  )
  expect(missing).toEqual([])
})

test('the glossary names only what stands in the code', () => {
  const words = [...read('docs/glossary.md').matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Za-z]{4,})`/g)].map(([, word = '']) => word),
  )
  const all = code
    .filter((file) => !file.startsWith('test/'))
    .map(read)
    .join('\n')
  expect(words.filter((word) => !all.includes(word))).toEqual([])
  expect(words.length).toBeGreaterThan(30)
})
