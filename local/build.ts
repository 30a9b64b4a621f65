import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { keptBuild } from '../build/kept-build.ts'
import { type EnvironmentName, type FunctionName, functions } from '../lambdas/runtime/resources.ts'
import type { Addresses } from './addresses.ts'
import { type LocalFunction, startFunction } from './lambda/functions.ts'
import type { FunctionLogLine } from './lambda/sandbox.ts'

const root = join(import.meta.dirname, '..')

/**
 * Puts the bundles that CDK ships into a folder and returns them by function. They are made once for the same sources;
 * the bundler is loaded only when it is needed.
 */
export async function bundle(folder: string): Promise<Record<FunctionName, string>> {
  const sources = [join(root, 'lambdas'), join(root, 'build/bundle.ts')]
  const kept = await keptBuild(join(root, 'node_modules/.cache/functions'), sources, async (outDir) => {
    const [{ bundleHandlers }, bundler] = await Promise.all([import('../build/bundle.ts'), import('esbuild')])
    try {
      await bundleHandlers(outDir)
    } finally {
      // Otherwise it waits as a process of its own for more to bundle.
      await bundler.stop()
    }
  })
  // A copy, because a kept build may be deleted while we run and functions load their files when they are first called.
  rmSync(folder, { recursive: true, force: true })
  cpSync(kept, folder, { recursive: true })
  const names = Object.keys(functions) as FunctionName[]
  return Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<FunctionName, string>
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
      AWS_ENDPOINT_URL_SESV2: endpoints.ses,
    }
    return [name, startFunction({ name, folder: folders[name], resource: functions[name], environment, onLog })]
  })
  return Object.fromEntries(entries) as Record<FunctionName, LocalFunction>
}
