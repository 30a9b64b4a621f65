import { readFileSync } from 'node:fs'
import Sequencer from '@jest/test-sequencer'

/** What makes a test file long: the chaos, a browser, a process of the product, embedded parts; otherwise its size. */
const weights = [
  [/await chaos\(/, 5e6],
  [/browserForTests/, 4e6],
  [/support\/product\.ts|local\/start/, 3e6],
  [/startStack|startStores|aws-cdk-lib/, 2e6],
]

/** Long files first, so that no worker is left with one at the end. Jest's own order needs the times of a run before. */
// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const weight = ({ path }) => {
      const source = readFileSync(path, 'utf8')
      return source.length + Math.max(0, ...weights.map(([sign, more]) => (sign.test(source) ? more : 0)))
    }
    return [...tests].sort((one, other) => weight(other) - weight(one))
  }
}
