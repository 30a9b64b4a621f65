import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { keptBuild } from '../../build/kept-build.ts'
import { temporaryFolder } from '../local/support.ts'

let folder: ReturnType<typeof temporaryFolder>
let builds = 0
beforeEach(() => {
  folder = temporaryFolder()
  folder.site({ 'a.ts': 'one' })
  builds = 0
})
afterEach(() => folder.remove())

const into = () => join(folder.path, 'site/dist')
const build = () =>
  keptBuild(into(), [join(folder.path, 'site')], (outDir) => {
    builds++
    writeFileSync(join(outDir, 'built'), readFileSync(join(folder.path, 'site/a.ts')))
  })
const built = (at: string) => readFileSync(join(at, 'built'), 'utf8')

test('builds once for the same sources, and again for others', async () => {
  const first = await build()
  expect([built(first), await build(), builds]).toEqual(['one', first, 1])
  folder.site({ 'a.ts': 'two' })
  const second = await build()
  expect([built(second), built(first), builds]).toEqual(['two', 'one', 2])
  folder.site({ 'b.ts': '' })
  expect([await build(), builds]).not.toEqual([second, 2])
})

test('keeps nothing of a build that fails', async () => {
  const failing = keptBuild(into(), [join(folder.path, 'site')], (outDir) => {
    writeFileSync(join(outDir, 'half'), '')
    throw new Error('does not build')
  })
  await expect(failing).rejects.toThrow('does not build')
  expect(readdirSync(into())).toEqual([])
  expect(built(await build())).toBe('one')
})

test('two at once both get the whole build', async () => {
  const [one, two] = await Promise.all([build(), build()])
  expect([one, built(one)]).toEqual([two, 'one'])
  expect(readdirSync(into())).toHaveLength(1)
})

test('deletes a build that nobody has asked for in a day, and no other', async () => {
  const first = await build()
  folder.site({ 'a.ts': 'two' })
  const second = await build()
  for (const old of [first, second]) utimesSync(old, new Date(0), new Date(0))
  expect(await build()).toBe(second)
  folder.site({ 'a.ts': 'three' })
  await build()
  expect([existsSync(first), existsSync(second)]).toEqual([false, true])
})
