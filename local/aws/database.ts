import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { EmbeddedService } from './embedded-service.ts'

const binary = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url))

/**
 * A shell script that runs its arguments as a command and kills it when standard input closes. The kernel closes that
 * pipe when our process ends, also after `kill -9`, so the database never outlives our process. The script ignores
 * SIGINT, because Ctrl-C reaches the whole process group and the database must stop after the functions that use it.
 */
const killWithParent = `
trap '' INT
exec 3<&0
"$0" "$@" 3<&- </dev/null & child=$!
{ read -r _ <&3; kill -KILL "$child"; } 2>/dev/null & watcher=$!
wait "$child"; code=$?
kill -KILL "$watcher" 2>/dev/null
exit "$code"
`

/**
 * Starts the embedded DynamoDB on a free port and an address of this machine that is new
 * at each start. Its data is a file under `dataDir`; no write is lost after `kill -9`.
 * @param onUnexpectedExit called with one sentence when the database exits without being stopped
 * @throws Error when it does not answer
 */
export async function startDatabase(
  dataDir: string,
  onUnexpectedExit: (sentence: string) => void,
): Promise<EmbeddedService> {
  for (let attempt = 1; ; attempt++) {
    const host = loopbackAddress()
    const port = await freePort(host)
    const endpoint = `http://${host}:${port}`
    const started = launch(fileIn(dataDir), host, port)
    try {
      await waitUntilReady(endpoint, started)
      started.child.once('exit', (code) => {
        if (!started.stopping)
          onUnexpectedExit(`The embedded DynamoDB stopped unexpectedly (exit code ${code}). ${started.output()}`.trim())
      })
      return { endpoint, stop: started.stop }
    } catch (error) {
      await started.stop()
      // Another process may have taken the port since `freePort` found it.
      if (attempt === maxAttempts) throw error
    }
  }
}

const maxAttempts = 3
/** So much of the database's output stands in an error. */
const maxOutputCharacters = 2000

type Launched = { child: ChildProcess; stopping: boolean; output(): string; stop(): Promise<void> }

function launch(file: string, host: string, port: number): Launched {
  const listening = ['--host', host, '--port', String(port)]
  const child = spawn('/bin/sh', ['-c', killWithParent, binary, 'serve', ...listening, '--db-path', file], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-maxOutputCharacters)
    })
  }
  child.stdin.on('error', () => {})
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', (error) => {
      output += error.message
      done()
    })
  })
  const launched: Launched = {
    child,
    stopping: false,
    output: () => output.trim(),
    async stop() {
      launched.stopping = true
      child.stdin.destroy()
      await ended
    },
  }
  return launched
}

const readyTimeoutMs = 10_000
const answerTimeoutMs = 2000
const pollMs = 10

async function waitUntilReady(endpoint: string, { child, output }: Launched): Promise<void> {
  const until = Date.now() + readyTimeoutMs
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const answered = await fetch(endpoint, { signal: AbortSignal.timeout(answerTimeoutMs) }).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    )
    if (answered) return
    await pause(pollMs)
  }
  throw new Error(`The embedded DynamoDB does not answer on ${endpoint}. ${output()}`.trim())
}

/**
 * An address of this machine that nobody guesses. The embedded DynamoDB asks for no token and lets every web page read
 * its answers; pages find ports of 127.0.0.1 by trying, but not one of sixteen million addresses too.
 */
function loopbackAddress(): string {
  return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const fileIn = (dataDir: string) => join(dataDir, 'dynamodb.db')

/** DynamoDB keeps the records of a stream for a day. */
const STREAM_KEPT_SECONDS = 24 * 3600

/**
 * Lets the embedded DynamoDB find the last record of a stream by an index: it looks for it at each write, and without one
 * reads all records. Removes those that DynamoDB would not have any more. The newest stays, because numbers go on from it.
 */
export function prepareStream(dataDir: string, now = new Date()): void {
  const file = new DatabaseSync(fileIn(dataDir), { timeout: 5_000 })
  try {
    file.exec(
      'CREATE INDEX IF NOT EXISTS stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    )
    file
      .prepare('DELETE FROM _stream_records WHERE created_at < ? AND id < (SELECT MAX(id) FROM _stream_records)')
      .run(Math.floor(now.getTime() / 1000) - STREAM_KEPT_SECONDS)
  } finally {
    file.close()
  }
}
