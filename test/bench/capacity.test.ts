import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { growthOf, type Recorded, recordedWith, recordOf } from '../../bench/growth.ts'
import { startBench } from '../../bench/operations.ts'

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../../bench/capacity.json'), 'utf8')) as Recorded

describe('the capacity that the product consumes', () => {
  let bench: Awaited<ReturnType<typeof startBench>>
  let measured: Recorded

  beforeAll(async () => {
    bench = await startBench()
    await bench.fill(recordedWith.tickets)
    measured = recordOf(await bench.measure(recordedWith.longMessages))
  })
  afterAll(() => bench.stop())

  // After a growth on purpose: npm run bench capacity -- --record
  test('has not grown by more than a fifth since it was recorded', () => {
    expect(growthOf(recorded, measured)).toEqual([])
  })

  test('would not pass with a figure that has grown: what costs a quarter more than recorded is named', () => {
    const before = measured['a direct message joins a ticket']
    const less = { ...measured, 'a direct message joins a ticket': { write: Number(before?.write) * 0.8, read: 0 } }
    expect(growthOf(less, measured).map((sentence) => sentence.replace(/[\d.]+/g, 'N'))).toEqual([
      '«a direct message joins a ticket» took N write units and takes N',
      '«a direct message joins a ticket» took N read units and takes N',
    ])
  })
})

describe('growth', () => {
  test('is named above a fifth, for writes and reads alone', () => {
    const before = { 'a page': { write: 0, read: 10 }, 'a message': { write: 20, read: 5 } }
    const after = { 'a page': { write: 1, read: 12 }, 'a message': { write: 24, read: 7 } }
    expect(growthOf(before, after)).toEqual([
      '«a page» took 0 write units and takes 1',
      '«a message» took 5 read units and takes 7',
    ])
    expect(growthOf(before, { ...before, 'a page': { write: 0, read: 1 } })).toEqual([])
  })

  test('cannot hide behind a name that is missing on one side', () => {
    const page = { write: 0, read: 10 }
    expect(growthOf({ 'a page': page }, { 'a list': page })).toEqual([
      '«a page» is recorded, but not measured',
      '«a list» is not recorded',
    ])
  })
})
