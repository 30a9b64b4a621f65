import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** An embedded part that listens on this machine. */
export type Part = { readonly endpoint: string; stop(): Promise<void> }

const binary = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url))

/**
 * Runs its arguments until they end or its standard input does, whichever is first. The kernel closes that pipe when
 * our process goes, also by `kill -9`, so the database never outlives us. SIGINT is ignored because Ctrl-C reaches the
 * whole group, and the database ends after those who use it.
 */
const wrapper = `
trap '' INT
exec 3<&0
"$0" "$@" 3<&- </dev/null & child=$!
{ read -r _ <&3; kill -KILL "$child"; } 2>/dev/null & watcher=$!
wait "$child"; code=$?
kill -KILL "$watcher" 2>/dev/null
exit "$code"
`

/**
 * Starts the embedded DynamoDB on a free port; its data is a file under `dataDir`, complete also after `kill -9`.
 * @param onEnd called with a sentence when it ends without being stopped
 * @throws Error when it does not answer
 */
export async function startDatabase(dataDir: string, onEnd: (sentence: string) => void): Promise<Part> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const started = launch(join(dataDir, 'dynamodb.db'), port)
    try {
      await answering(`http://127.0.0.1:${port}`, started)
      started.child.once('exit', (code) => {
        if (!started.stopping)
          onEnd(`The embedded DynamoDB ended by itself (exit code ${code}). ${started.said()}`.trim())
      })
      return { endpoint: `http://127.0.0.1:${port}`, stop: started.stop }
    } catch (error) {
      await started.stop()
      // The port was free a moment ago and may be somebody's now.
      if (attempt === 3) throw error
    }
  }
}

type Launched = { child: ChildProcess; stopping: boolean; said(): string; stop(): Promise<void> }

function launch(file: string, port: number): Launched {
  const child = spawn('/bin/sh', ['-c', wrapper, binary, 'serve', '--port', String(port), '--db-path', file], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-2000)
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
    said: () => output.trim(),
    async stop() {
      launched.stopping = true
      child.stdin.destroy()
      await ended
    },
  }
  return launched
}

/** Asks until there is an answer, for at most 10 seconds. */
async function answering(endpoint: string, { child, said }: Launched): Promise<void> {
  const until = Date.now() + 10_000
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const answered = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    )
    if (answered) return
    await pause(10)
  }
  throw new Error(`The embedded DynamoDB does not answer on ${endpoint}. ${said()}`.trim())
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
