import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { FunctionResource } from '../../lambdas/runtime/resources.ts'
import { credentials, region } from '../settings.ts'
import type { Call, Failure, LogLine, Report, WorkerSettings } from './worker.ts'

/** What a function wrote, as Lambda's JSON log has it, and which function it was. */
export type LogEntry = LogLine & { readonly function: string }

/** A call that failed: thrown by the handler, timed out, or lost with its process. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  /** The name of the handler's error, or Lambda's `Sandbox.Timedout`, `Runtime.ExitError`. */
  readonly errorType: string
  readonly stackTrace: readonly string[]
  constructor({ errorType, errorMessage, stackTrace }: Failure) {
    super(errorMessage)
    this.errorType = errorType
    this.stackTrace = stackTrace
  }
}

/** A function, and what it runs with. */
export type FunctionOptions = {
  readonly name: string
  /** Folder of the bundle, `index.mjs`. */
  readonly folder: string
  readonly resource: Omit<FunctionResource, 'environment'>
  /** The function's own variables; what Lambda gives every function comes on top. */
  readonly environment: Readonly<Record<string, string>>
  readonly onLog: (entry: LogEntry) => void
}

/** A place in which one call at a time is worked on. */
export type Sandbox = {
  /** @throws InvocationError */
  call(call: Call): Promise<unknown>
  end(): Promise<void>
  /** Never to be called again. */
  readonly lost: boolean
}

const workerFile = new URL('./worker.ts', import.meta.url)

/** One worker thread. It is lost with a time-out, a crash or a bundle that does not load, and never called again. */
export function openSandbox(
  { name, folder, resource, environment, onLog }: FunctionOptions,
  timeoutMs: number,
): Sandbox {
  const settings: WorkerSettings = {
    bundle: pathToFileURL(join(folder, 'index.mjs')).href,
    functionName: name,
    memoryMb: resource.memoryMb,
  }
  const worker = new Worker(workerFile, {
    workerData: settings,
    env: { ...environment, ...lambdaEnvironment(name, resource.memoryMb) },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: resource.memoryMb },
    stdout: true,
    stderr: true,
  })
  forwardLines(worker.stdout, (message) => onLog(plainEntry(name, 'INFO', message)))
  forwardLines(worker.stderr, (message) => onLog(plainEntry(name, 'ERROR', message)))

  let reason: Failure | undefined
  let pending: PromiseWithResolvers<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  const ready = Promise.withResolvers<void>()
  const settle = (act: (call: PromiseWithResolvers<unknown>) => void) => {
    clearTimeout(timer)
    const call = pending
    pending = undefined
    if (call) act(call)
  }
  const lose = (why: Failure) => {
    reason ??= why
    ready.resolve()
    settle((call) => call.reject(new InvocationError(why)))
    void worker.terminate()
  }

  worker.on('message', (report: Report) => {
    if (report.kind === 'ready') ready.resolve()
    else if (report.kind === 'log') onLog({ ...(JSON.parse(report.line) as LogLine), function: name })
    else if (report.kind === 'result') settle((call) => call.resolve(report.result && JSON.parse(report.result)))
    else if (report.kind === 'unusable') lose(report.failure)
    else settle((call) => call.reject(new InvocationError(report.failure)))
  })
  worker.on('error', (error: Error) => {
    // Between two calls nobody else would hear of it.
    if (!pending) onLog(plainEntry(name, 'ERROR', error.stack ?? String(error)))
    lose({ errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] })
  })
  worker.on('exit', (code) => lose(failure('Runtime.ExitError', `Runtime exited with error: exit status ${code}`)))

  return {
    get lost() {
      return reason !== undefined
    },
    async call(call) {
      // Lambda gives loading a time of its own: the handler's time begins with its event.
      await ready.promise
      if (reason) throw new InvocationError(reason)
      pending = Promise.withResolvers()
      const text = `${call.requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
      timer = setTimeout(() => lose(failure('Sandbox.Timedout', text)), timeoutMs)
      worker.postMessage(call)
      return pending.promise
    },
    async end() {
      lose(failure('Stopped', 'The stack is stopping.'))
      await worker.terminate()
    },
  }
}

/** What Lambda sets for every function. */
function lambdaEnvironment(name: string, memoryMb: number): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    _HANDLER: 'index.handler',
  }
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine)
}

const plainEntry = (name: string, level: string, message: string): LogEntry => ({
  timestamp: new Date().toISOString(),
  level,
  message,
  function: name,
})

/** A failure that is not the handler's own. */
export const failure = (errorType: string, errorMessage: string): Failure => ({
  errorType,
  errorMessage,
  stackTrace: [],
})

/** How Lambda logs a failed call. */
export function failureEntry(
  name: string,
  requestId: string,
  { errorType, message, stackTrace }: InvocationError,
): LogEntry {
  const text = { errorType, errorMessage: message, stackTrace }
  return { timestamp: new Date().toISOString(), level: 'ERROR', requestId, message: text, function: name }
}
