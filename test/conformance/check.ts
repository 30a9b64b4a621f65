import { existsSync, readFileSync } from 'node:fs'
import { deviations } from './deviations.ts'
import { conformanceTo, type OpenApi } from './openapi.ts'
import { walkProduct, walkSimulator } from './walk.ts'

/**
 * Holds our requests to X and the simulator's answers against X's OpenAPI document: `npm run conformance`.
 * The document is the file that the environment variable X_OPENAPI names. Ends with 1 on any difference that is not
 * among the known deviations.
 */
const path = process.env.X_OPENAPI ?? ''
if (!existsSync(path)) {
  console.error(`There is no file «${path}». Set X_OPENAPI to X's OpenAPI document.`)
  process.exit(1)
}
// The check reads the parts that the type names, and fails where they are missing.
const document = JSON.parse(readFileSync(path, 'utf8')) as OpenApi
const findingsOf = conformanceTo(document)

const walks = [
  await walkProduct({}),
  await walkProduct({ answerNames: 'new' }),
  await walkProduct({ oldDialect: false }),
  await walkSimulator({}),
]
const exchanges = walks.flatMap((walk) => walk.exchanges)
const findings = [...new Set(exchanges.flatMap(findingsOf))].sort()
const isKnown = (finding: string) => deviations.some(({ pattern }) => pattern.test(finding))
const faults = [
  ...walks.flatMap(({ missed }) => missed.map((what) => `not walked: ${what}`)),
  ...findings.filter((finding) => !isKnown(finding)),
]
const unused = deviations.filter(({ pattern }) => !findings.some((finding) => pattern.test(finding)))
for (const { pattern } of unused) console.log(`A known deviation that is none any more: ${pattern.source}`)
for (const fault of faults) console.error(fault)
const known = findings.filter(isKnown).length
console.log(`${exchanges.length} calls, ${known} known deviations, ${faults.length} faults.`)
process.exit(faults.length > 0 ? 1 : 0)
