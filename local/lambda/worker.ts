import { format } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import type { Context } from 'aws-lambda'

/** The data that a worker thread starts with. */
export type WorkerSettings = {
  /** URL of the bundle. Its export `handler` is the function. */
  readonly bundle: string
  readonly functionName: string
  readonly memoryMb: number
}

/** A call of the function. The event is JSON text, because Lambda passes only JSON. */
export type Call = { readonly requestId: string; readonly event: string; readonly remainingMs: number }

/** The error of a call, in Lambda's format. */
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

/** A message of the worker: once `ready` or `unusable`, log lines, and one `result` or `failure` per call. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly failure: Failure }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'result'; readonly result: string | undefined }
  | { readonly kind: 'failure'; readonly failure: Failure }

const levels = { debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const

let requestId: string | undefined

if (parentPort) await runFunction(workerData as WorkerSettings, (report) => parentPort?.postMessage(report))

/** Does what the Lambda runtime does: loads the bundle once, then calls the handler for each event. */
async function runFunction(settings: WorkerSettings, report: (report: Report) => void): Promise<void> {
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
    throw new Error('Return a promise: Lambda has removed context.done, context.fail and context.succeed.')
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

/** Logs one value as JSON and several as one text. Writes out errors, which JSON.stringify would not. */
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
