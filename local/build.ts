import { rmSync } from 'node:fs'
import { type EnvironmentName, type FunctionName, functions } from '../lambdas/runtime/resources.ts'
import type { Addresses } from './addresses.ts'
import { type LocalFunction, startFunction } from './lambda/functions.ts'
import type { FunctionLogLine } from './lambda/sandbox.ts'

/**
 * Builds the bundles that CDK deploys and returns their folders by function.
 * The bundler is imported here only, because loading it takes long and tests bring their own folders.
 */
export async function bundle(folder: string): Promise<Record<FunctionName, string>> {
  const [{ bundleHandlers }, bundler] = await Promise.all([import('../build/bundle.ts'), import('esbuild')])
  rmSync(folder, { recursive: true, force: true })
  try {
    return bundleHandlers(folder)
  } finally {
    // Without this, the bundler's child process keeps running.
    await bundler.stop()
  }
}

/** Returns the folder with the console's files. Builds them if they are missing or older than their sources. */
export async function buildConsole(onProgress: (text: string) => void): Promise<string> {
  const { consoleFiles } = await import('../build/console.ts')
  return consoleFiles(() => onProgress('console    building …'))
}

/** Starts every function of the manifest. Each gets only the environment variables that the manifest names for it. */
export function startFunctions(
  folders: Readonly<Record<FunctionName, string>>,
  values: Readonly<Record<EnvironmentName, string>>,
  endpoints: Addresses['endpoints'],
  onLog: (entry: FunctionLogLine) => void,
): Record<FunctionName, LocalFunction> {
  const entries = (Object.keys(functions) as FunctionName[]).map((name) => {
    const own = functions[name].environment.map((variable) => [variable, values[variable]])
    const environment = {
      ...Object.fromEntries(own),
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_SQS: endpoints.sqs,
      AWS_ENDPOINT_URL_S3: endpoints.s3,
      AWS_ENDPOINT_URL_SES: endpoints.ses,
    }
    return [name, startFunction({ name, folder: folders[name], resource: functions[name], environment, onLog })]
  })
  return Object.fromEntries(entries) as Record<FunctionName, LocalFunction>
}
