// Loads a bundle of the router and hands it direct messages, then encrypted ones if there are any. Prints as the last line
// what it took: processor time in ms, resident memory in MB.
// Arguments: the bundle, a file with batches of each kind; the first of a kind holds one message.
import { readFileSync } from 'node:fs'

// As Lambda does with JSON logs, but that nobody reads them.
console.info = (entry) => void JSON.stringify(entry)
const { handler } = await import(process.argv[2])
const startMs = cpuMs()
const { plain, encrypted, engine } = JSON.parse(readFileSync(process.argv[3], 'utf8'))

function cpuMs(before) {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function take(batch) {
  const { batchItemFailures } = await handler({ Records: batch }, { getRemainingTimeInMillis: () => 30_000 })
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages failed`)
}

/** Takes all batches: the processor time of the first message, and that of one in the second half. */
async function taken([first, ...batches]) {
  let before = process.cpuUsage()
  await take(first)
  const firstMs = cpuMs(before)
  const half = Math.floor(batches.length / 2)
  for (const batch of batches.slice(0, half)) await take(batch)
  before = process.cpuUsage()
  for (const batch of batches.slice(half)) await take(batch)
  return { firstMs, eachMs: cpuMs(before) / batches.slice(half).flat().length }
}

const residentMb = () => {
  globalThis.gc()
  return process.memoryUsage().rss / 1e6
}

const startMb = residentMb()
const direct = await taken(plain)
const directMb = residentMb()
const figures = { startMs, startMb, directMs: direct.eachMs, directMb }
if (encrypted) {
  const { firstMs, eachMs } = await taken(encrypted)
  Object.assign(figures, { firstMs, eachMs, encryptedMb: residentMb(), ...(await engineAlone()) })
}
console.log(JSON.stringify(figures))
process.exit()

/** What the engine takes for a message whose key is known: the same module that the router has loaded. */
async function engineAlone() {
  const { createChatCipher } = await import(new URL('./cipher/index.mjs', process.argv[2]).href)
  const { account, change, events, signers } = engine
  const key = { ...account, bytes: Buffer.from(account.bytes, 'base64') }
  const { keys } = await createChatCipher().read(key, {}, events[0], [change], signers)
  const before = process.cpuUsage()
  for (const event of events) {
    const { fault } = await createChatCipher().read(key, keys, event, [], signers)
    if (fault) throw new Error(`the engine finds it ${fault}`)
  }
  return { engineMs: cpuMs(before) / events.length }
}
