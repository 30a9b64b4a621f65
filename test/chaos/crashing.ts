import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FunctionName } from '../../lambdas/runtime/resources.ts'
import { crashHeader } from './faults.ts'

/**
 * Writes bundles that run the given ones in workers that can be killed between any two calls: an answer of a service or
 * of X with the crash header ends the worker that gets it, before its handler sees the answer.
 * @param folder where the bundles are written
 */
export function crashingBundles(
  folders: Readonly<Record<FunctionName, string>>,
  folder: string,
): Record<FunctionName, string> {
  const entries = (Object.keys(folders) as FunctionName[]).map((name) => {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'index.mjs'), sourceOver(pathToFileURL(join(folders[name], 'index.mjs')).href))
    return [name, path]
  })
  return Object.fromEntries(entries) as Record<FunctionName, string>
}

const sourceOver = (bundle: string) => `import { subscribe } from 'node:diagnostics_channel'
subscribe('http.client.response.finish', ({ response }) => {
  if (response.headers['${crashHeader}']) process.exit(1)
})
export { handler } from '${bundle}'
`
