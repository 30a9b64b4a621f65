import { randomUUID } from 'node:crypto'
import { type FunctionOptions, failure, failureEntry, InvocationError, openSandbox, type Sandbox } from './sandbox.ts'

/** A Lambda function that runs on this machine. */
export type LocalFunction = {
  /**
   * Calls the handler with an event and returns its result, both as JSON values.
   * @throws InvocationError when the call fails
   */
  invoke(event: unknown): Promise<unknown>
  stop(): Promise<void>
}

export type PoolOptions = FunctionOptions & {
  /** Maximum number of concurrent calls. */
  readonly concurrency?: number
  /** A sandbox that nobody has called for so many milliseconds ends. */
  readonly idleMs?: number
}

/** A sandbox holds 20 to 70 MB. Most of the functions are called every few minutes. */
const defaultIdleMs = 30_000

/**
 * Runs a function as Lambda does: a sandbox handles one event at a time. When all are busy, another one starts; one that
 * idles ends.
 */
export function startFunction(options: PoolOptions): LocalFunction {
  const { name, concurrency = 4, idleMs = defaultIdleMs, onLog } = options
  const timeoutMs = options.resource.timeoutSeconds * 1000
  /** With the timers that end them; the one that was called last is the last. */
  const idle = new Map<Sandbox, NodeJS.Timeout>()
  const all = new Set<Sandbox>()
  const waiting: ((sandbox: Sandbox) => void)[] = []
  let stopped = false

  const open = () => {
    const sandbox = openSandbox(options, timeoutMs)
    all.add(sandbox)
    return sandbox
  }
  const take = (): Sandbox | Promise<Sandbox> => {
    for (const [sandbox, timer] of [...idle].reverse()) {
      clearTimeout(timer)
      idle.delete(sandbox)
      if (!sandbox.ended) return sandbox
      all.delete(sandbox)
    }
    return all.size < concurrency ? open() : new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (sandbox: Sandbox) => {
    if (sandbox.ended) all.delete(sandbox)
    const next = waiting.shift()
    if (next) next(sandbox.ended && !stopped ? open() : sandbox)
    else if (!sandbox.ended && !stopped) idle.set(sandbox, setTimeout(endIdle, idleMs, sandbox))
  }
  const endIdle = (sandbox: Sandbox) => {
    idle.delete(sandbox)
    all.delete(sandbox)
    void sandbox.end()
  }

  return {
    async invoke(event) {
      if (stopped) throw stoppedError()
      const text = JSON.stringify(event)
      const sandbox = await take()
      const requestId = randomUUID()
      try {
        if (stopped) throw stoppedError()
        return await sandbox.call({ requestId, event: text, remainingMs: timeoutMs })
      } catch (error) {
        if (!stopped && error instanceof InvocationError) onLog(failureEntry(name, requestId, error))
        throw error
      } finally {
        giveBack(sandbox)
      }
    },
    async stop() {
      stopped = true
      for (const timer of idle.values()) clearTimeout(timer)
      await Promise.all([...all].map((sandbox) => sandbox.end()))
    },
  }
}

const stoppedError = () => new InvocationError(failure('Stopped', 'The stack is stopping.'))
