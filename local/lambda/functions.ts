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
}

/** Runs a function as Lambda does: a sandbox handles one event at a time. When all are busy, another one starts. */
export function startFunction(options: PoolOptions): LocalFunction {
  const { name, concurrency = 4, onLog } = options
  const timeoutMs = options.resource.timeoutSeconds * 1000
  const idle: Sandbox[] = []
  const all = new Set<Sandbox>()
  const waiting: ((sandbox: Sandbox) => void)[] = []
  let stopped = false

  const open = () => {
    const sandbox = openSandbox(options, timeoutMs)
    all.add(sandbox)
    return sandbox
  }
  const take = (): Sandbox | Promise<Sandbox> => {
    for (let sandbox = idle.pop(); sandbox; sandbox = idle.pop()) {
      if (!sandbox.ended) return sandbox
      all.delete(sandbox)
    }
    return all.size < concurrency ? open() : new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (sandbox: Sandbox) => {
    if (sandbox.ended) all.delete(sandbox)
    const next = waiting.shift()
    if (next) next(sandbox.ended && !stopped ? open() : sandbox)
    else if (!sandbox.ended) idle.push(sandbox)
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
      await Promise.all([...all].map((sandbox) => sandbox.end()))
    },
  }
}

const stoppedError = () => new InvocationError(failure('Stopped', 'The stack is stopping.'))
