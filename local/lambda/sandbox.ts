import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { FunctionResource } from '../../lambdas/runtime/resources.ts'
import { credentials, region } from '../settings.ts'
import type { Call, Failure, LogLine, Report, WorkerSettings } from './worker.ts'

/** A log line of a function in Lambda's JSON format, with the function's name. */
export type FunctionLogLine = LogLine & { readonly function: string }

/** A failed call: the handler threw, timed out, or its thread ended. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  /** The name of the handler's error, or `Sandbox.Timedout` or `Runtime.ExitError` as in Lambda. */
  readonly errorType: string
  readonly stackTrace: readonly string[]
  constructor({ errorType, errorMessage, stackTrace }: Failure) {
    super(errorMessage)
    this.errorType = errorType
    this.stackTrace = stackTrace
  }
}

/** A function and its configuration. */
export type FunctionOptions = {
  readonly name: string
  /** The folder with the bundle, `index.mjs`. */
  readonly folder: string
  readonly resource: Omit<FunctionResource, 'environment'>
  /** The variables of the manifest. The sandbox adds those that Lambda sets for every function. */
  readonly environment: Readonly<Record<string, string>>
  readonly onLog: (entry: FunctionLogLine) => void
}

/** An execution environment that handles one call at a time. */
export type Sandbox = {
  /** @throws InvocationError when the call fails */
  call(call: Call): Promise<unknown>
  end(): Promise<void>
  /** True after it has ended. It takes no more calls then. */
  readonly ended: boolean
}

/** By default it would be 192 MB, and there may be a dozen sandboxes. */
const maxYoungGenerationSizeMb = 24

const workerFile = new URL('./worker.ts', import.meta.url)

/** Starts a sandbox in a worker thread. It ends after a time-out, after a crash, or if the bundle does not load. */
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
    resourceLimits: { maxOldGenerationSizeMb: resource.memoryMb, maxYoungGenerationSizeMb },
    stdout: true,
    stderr: true,
  })
  forwardLines(worker.stdout, (message) => onLog(plainEntry(name, 'INFO', message)))
  forwardLines(worker.stderr, (message) => onLog(plainEntry(name, 'ERROR', message)))

  let endReason: Failure | undefined
  let pending: PromiseWithResolvers<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  const ready = Promise.withResolvers<void>()
  const settle = (act: (call: PromiseWithResolvers<unknown>) => void) => {
    clearTimeout(timer)
    const call = pending
    pending = undefined
    if (call) act(call)
  }
  const endWith = (reason: Failure) => {
    endReason ??= reason
    ready.resolve()
    settle((call) => call.reject(new InvocationError(reason)))
    void worker.terminate()
  }

  worker.on('message', (report: Report) => {
    if (report.kind === 'ready') ready.resolve()
    else if (report.kind === 'log') onLog({ ...(JSON.parse(report.line) as LogLine), function: name })
    else if (report.kind === 'result') settle((call) => call.resolve(report.result && JSON.parse(report.result)))
    else if (report.kind === 'unusable') endWith(report.failure)
    else settle((call) => call.reject(new InvocationError(report.failure)))
  })
  worker.on('error', (error: Error) => {
    // Without a pending call, no caller would get the error.
    if (!pending) onLog(plainEntry(name, 'ERROR', error.stack ?? String(error)))
    endWith({ errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] })
  })
  worker.on('exit', (code) => endWith(failure('Runtime.ExitError', `Runtime exited with error: exit status ${code}`)))

  return {
    get ended() {
      return endReason !== undefined
    },
    async call(call) {
      // Loading the bundle does not count: in Lambda, too, the handler's timeout begins with its event.
      await ready.promise
      if (endReason) throw new InvocationError(endReason)
      pending = Promise.withResolvers()
      const text = `${call.requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
      timer = setTimeout(() => endWith(failure('Sandbox.Timedout', text)), timeoutMs)
      worker.postMessage(call)
      return pending.promise
    },
    async end() {
      endWith(failure('Stopped', 'The stack is stopping.'))
      await worker.terminate()
    },
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
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

const plainEntry = (name: string, level: string, message: string): FunctionLogLine => ({
  timestamp: new Date().toISOString(),
  level,
  message,
  function: name,
})

/** A failure of the sandbox, not of the handler. */
export const failure = (errorType: string, errorMessage: string): Failure => ({
  errorType,
  errorMessage,
  stackTrace: [],
})

/** The log line that Lambda writes for a failed call. */
export function failureEntry(
  name: string,
  requestId: string,
  { errorType, message, stackTrace }: InvocationError,
): FunctionLogLine {
  const text = { errorType, errorMessage: message, stackTrace }
  return { timestamp: new Date().toISOString(), level: 'ERROR', requestId, message: text, function: name }
}
