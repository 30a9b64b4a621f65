// Loads a bundle of a webhook, hands it a CRC and a delivery again and again, and prints as the last line: milliseconds
// from the start of the process to the answer of the first delivery, and processor time for one CRC and one delivery.
// Arguments: the bundle, a file with the two events.
import { readFileSync } from 'node:fs'

const WARM_UP = 200
const CRCS = 30_000
const DELIVERIES = 1_000

// As Lambda does with JSON logs, but that nobody reads them.
console.info = (entry) => void JSON.stringify(entry)
const { crc, delivery } = JSON.parse(readFileSync(process.argv[3], 'utf8'))
const { handler } = await import(process.argv[2])

async function answer(event) {
  const { statusCode } = await handler(event)
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
}

async function cpuMsOf(event, times) {
  for (let n = 0; n < WARM_UP; n++) await answer(event)
  const before = process.cpuUsage()
  for (let n = 0; n < times; n++) await answer(event)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}

await answer(delivery)
const firstMs = performance.now()
const crcMs = await cpuMsOf(crc, CRCS)
const deliveryMs = await cpuMsOf(delivery, DELIVERIES)
console.log(JSON.stringify({ firstMs, crcMs, deliveryMs }))
process.exit()
