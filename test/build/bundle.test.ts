import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { stop } from 'esbuild'
import { type Bundle, bundle } from '../../build/bundle.ts'
import { type FunctionName, functions } from '../../lambdas/runtime/resources.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Kilobytes (1,024 bytes, minified): what is read at start, and the whole folder. Every start pays for the first, the
 * download of the code for the second. Who makes one grow on purpose writes the new size here.
 */
const sizes: Readonly<Record<FunctionName, { start: number; whole: number }>> = {
  webhook: { start: 24, whole: 24 },
  router: { start: 586, whole: 2157 },
  api: { start: 677, whole: 6151 },
  sender: { start: 553, whole: 2125 },
  media: { start: 809, whole: 2478 },
  inactivity: { start: 517, whole: 1116 },
  requeue: { start: 462, whole: 803 },
  publish: { start: 467, whole: 809 },
  deliver: { start: 488, whole: 2018 },
  mentions: { start: 548, whole: 1052 },
  reconcile: { start: 589, whole: 1189 },
  erase: { start: 457, whole: 1600 },
}

const filesIn = (path: string, ending: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && one.name.endsWith(ending))

/** The names of our own classes. */
const ownClasses = new Set(
  filesIn(join(root, 'lambdas'), '.ts').flatMap(({ parentPath, name }) =>
    [...readFileSync(join(parentPath, name), 'utf8').matchAll(/^(?:export )?class (\w+)/gm)].map(([, one]) => one),
  ),
)

/** `send.ts` and `files.ts` look names up, and each catches its own. */
const caughtWhereThrown = ['RefusedAddress in deliver']

describe('the bundle of a function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-sizes-'))
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await stop()
  })

  const names = Object.keys(functions) as FunctionName[]
  const bundles = new Map<FunctionName, Promise<Bundle>>()
  function bundleOf(name: FunctionName): Promise<Bundle> {
    const made = bundles.get(name) ?? bundle(join(root, `lambdas/handlers/${name}.ts`), join(folder, name))
    bundles.set(name, made)
    return made
  }

  test.each(names)('%s is at most a fifth larger than it was', async (name) => {
    const { startBytes, bytes } = await bundleOf(name)
    const now = { start: startBytes / 1024, whole: bytes / 1024 }
    const grown = Object.entries(now).filter(([what, kb]) => kb > 1.2 * sizes[name][what as keyof typeof now])
    expect(grown).toEqual([])
  })

  test('has each class once: what is imported on demand is a bundle of its own', async () => {
    const twice: string[] = []
    const found = new Set<string>()
    for (const name of names) {
      const folders = new Map<string, string>()
      for (const { parentPath, name: file } of filesIn((await bundleOf(name)).folder, '.mjs')) {
        const code = readFileSync(join(parentPath, file), 'utf8')
        for (const [, one = ''] of code.matchAll(/\b(\w+)=class\b/g)) {
          if (!ownClasses.has(one)) continue
          found.add(one)
          if (folders.has(one) && folders.get(one) !== parentPath) twice.push(`${one} in ${name}`)
          folders.set(one, parentPath)
        }
      }
    }
    expect([...found]).toEqual(expect.arrayContaining(['Problem', 'XError', 'UsedeskError']))
    expect(twice).toEqual(caughtWhereThrown)
  })

  test('reads twitter-text and html-entities when it first calls them, and they answer as ever', async () => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(
      entry,
      `import twitterText from 'twitter-text'
       import { decode, encode } from 'html-entities'
       export const answers = () => [
         twitterText.parseTweet('see example.com').weightedLength,
         twitterText.extractUrls('see example.com'),
         decode('a &lt; b &amp;amp;', { level: 'xml', scope: 'strict' }),
         encode('<b>', { level: 'xml' }),
       ]`,
    )
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const { folder: made, startBytes } = await bundle(entry, join(folder, 'made'))
    expect(startBytes).toBeLessThan(2_000)
    const { answers } = (await import(join(made, 'index.mjs'))) as { answers: () => unknown[] }
    expect(answers()).toEqual([27, ['example.com'], 'a < b &amp;', '&lt;b&gt;'])
  })
})
