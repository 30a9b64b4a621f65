import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { dataFolder, runScript } from '../support/product.ts'
import { ann, directMessages, idAt, posts, shop } from '../support/x-payloads.ts'

const folder = dataFolder()
const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)

const bodies: Record<string, object> = {
  'dm/first.json': directMessages(shop, { id: id(1), from: ann, to: shop, text: 'one &amp; two' }),
  'dm/second.json': directMessages(shop, { id: id(2), from: ann, to: shop, text: 'three' }),
  'mention.json': posts(shop, { id: id(3), by: ann, text: '@shop hi', mentions: [shop] }),
  'like.json': { for_user_id: shop.id, favorite_events: [{}] },
  'no-body.json': { something: 'else' },
}
const right = [
  { file: 'dm/first.json', outcome: ['opened'], tag: 'Twitter:Direct', text: 'one & two', attachments: [] },
  { file: 'dm/second.json', outcome: ['joined'], joins: 'dm/first.json' },
  { file: 'dm/first.json', outcome: ['repeated'] },
  { file: 'mention.json', outcome: ['opened'], tag: 'Twitter: Mention' },
  { file: 'like.json', outcome: ['counted'] },
]

beforeAll(() => {
  mkdirSync(join(folder.path, 'bodies/dm'), { recursive: true })
  for (const [file, body] of Object.entries(bodies)) {
    writeFileSync(join(folder.path, 'bodies', file), JSON.stringify(body))
  }
})
afterAll(() => folder.remove())

function replay(...expectations: object[][]) {
  const options = expectations.flatMap((expected, index) => {
    const file = join(folder.path, `expected-${index}.json`)
    writeFileSync(file, JSON.stringify(expected))
    return ['--expect', file]
  })
  return runScript('local/replay/replay.ts', [join(folder.path, 'bodies'), ...options])
}

describe('npm run replay', () => {
  test('posts every body of the folder and says what came of each', async () => {
    const { code, output } = await replay()
    expect(output).toContain('4 passed, 0 failed')
    expect(output).toMatch(/mention\.json\s+200\s+opened \(a new mention\)/)
    expect(output).toContain('1 files are not webhook bodies')
    expect(code).toBe(0)
  })

  test('ends with 0 when everything is as expected, and with 1 for each thing that differs', async () => {
    const good = await replay([...right.slice(0, 4), { ...right[4], outcome: ['ignored'] }], right.slice(4))
    expect(good.output).toContain('5 passed, 0 failed')
    expect(good.code).toBe(0)
    const wrong = [
      { ...right[0], tag: 'Twitter: Mention', text: 'one &amp; two', attachments: ['photo'] },
      { ...right[1], joins: 'mention.json' },
      { ...right[2], outcome: ['opened'] },
      { ...right[3], outcome: ['ignored'] },
      { ...right[4], outcome: [] },
    ]
    const bad = await replay(wrong)
    expect(bad.code).toBe(1)
    expect(bad.output).toContain('0 passed, 5 failed')
    for (const fault of [
      'tagged Twitter:Direct',
      'the text is "one & two"',
      'the attachments are none',
      'not the ticket of mention.json',
      'expected opened, got repeated',
    ]) {
      expect(bad.output).toContain(fault)
    }
  })

  test('refuses what it cannot read with a sentence, before anything starts', async () => {
    expect(await replay([{ file: 'missing.json', outcome: ['opened'] }])).toMatchObject({
      code: 2,
      output: expect.stringContaining('The expectations name missing.json'),
    })
    expect(await replay([{ file: 'like.json', outcome: ['eaten'] }])).toMatchObject({
      code: 2,
      output: expect.stringContaining('0.outcome.0'),
    })
  })
})
