import { format } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import type { Context } from 'aws-lambda'

/** What a worker thread is started with. */
export type WorkerSettings = {
  /** URL of the bundle, whose export `handler` is the function. */
  readonly bundle: string
  readonly functionName: string
  readonly memoryMb: number
}

/** A call of the function. The event is JSON text, so that nothing else gets through. */
export type Call = { readonly requestId: string; readonly event: string; readonly remainingMs: number }

/** How a function failed, in Lambda's words. */
export type Failure = {
  readonly errorType: string
  readonly errorMessage: string
  readonly stackTrace: readonly string[]
}

/** A line of Lambda's JSON log format. */
export type LogLine = {
  readonly timestamp: string
  readonly level: string
  readonly requestId?: string
  readonly message: unknown
}

/** What comes back: once whether the function could be loaded, lines of the log, and one answer per call. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly failure: Failure }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'result'; readonly result: string | undefined }
  | { readonly kind: 'failure'; readonly failure: Failure }

const levels = { debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const

let requestId: string | undefined

if (parentPort) await work(workerData as WorkerSettings, (report) => parentPort?.postMessage(report))

/** The Lambda runtime in small: loads the function once, then calls it with one event after another. */
async function work(settings: WorkerSettings, report: (report: Report) => void): Promise<void> {
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) =>
      report({ kind: 'log', line: logLine(level, values) })
  }
  let handler: (event: unknown, context: Context) => unknown
  try {
    handler = (await import(settings.bundle)).handler
    if (typeof handler !== 'function') throw new TypeError('index.handler is undefined or not exported')
  } catch (error) {
    report({ kind: 'unusable', failure: describe(error) })
    return
  }
  parentPort?.on('message', async (call: Call) => {
    requestId = call.requestId
    try {
      const result = await handler(JSON.parse(call.event), contextOf(call, settings))
      report({ kind: 'result', result: JSON.stringify(result) })
    } catch (error) {
      report({ kind: 'failure', failure: describe(error) })
    }
  })
  report({ kind: 'ready' })
}

function contextOf({ requestId, remainingMs }: Call, { functionName, memoryMb }: WorkerSettings): Context {
  const deadline = Date.now() + remainingMs
  const refuse = () => {
    throw new Error('A handler answers by its promise: context.done, fail and succeed are gone from Lambda.')
  }
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: refuse,
    fail: refuse,
    succeed: refuse,
  }
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] }
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] }
}

/** One value stands as it is, several become one text; an error is written out, which JSON by itself would not. */
function logLine(level: string, values: readonly unknown[]): string {
  const message = values.length === 1 ? values[0] : format(...values)
  const line = (message: unknown): LogLine => ({
    timestamp: new Date().toISOString(),
    level,
    ...(requestId && { requestId }),
    message,
  })
  try {
    return JSON.stringify(line(message), (_, value) =>
      value instanceof Error ? { ...value, ...describe(value) } : value,
    )
  } catch {
    return JSON.stringify(line(format(message)))
  }
}
