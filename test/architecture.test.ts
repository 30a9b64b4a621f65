import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { functions } from '../lambdas/runtime/resources.ts'

const root = join(import.meta.dirname, '..')
const folders = ['bench', 'bin', 'build', 'client', 'lib', 'lambdas', 'local', 'operate', 'console', 'test']

type Import = { readonly from: string; readonly to: string; readonly typesOnly: boolean }

/** Every source file, by its path from the root. */
const files = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter(
    (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.startsWith(join(root, 'console/dist')),
  )
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .sort()

const IMPORTS =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n]*(?:\n[^'"]*?)?\bfrom\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import '([^']+)'/g

/** What a source imports, types included; files by their path, packages by name. */
function importsIn(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORTS)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? ''
    const to = name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name
    return { from: file, to, typesOnly: /^\s*(import|export) type\b/.test(match[0]) }
  })
}

const imports = files.flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')))

/** The layer of a file: the folder whose rules it keeps. */
function layerOf(file: string): string {
  const [top = '', second = '', third = ''] = file.split('/')
  if (top !== 'lambdas') return top
  return second === 'adapters' ? `adapters/${third}` : second
}

/** True for the entry of a function, `handlers/NAME.ts`. */
const isEntry = (to: string) => Object.keys(functions).includes(basename(to, '.ts'))
const isFile = (to: string) => files.includes(to)
/** Its small half: the other costs a fifth of a start. */
const isZod = (to: string) => ['zod/mini', 'zod/v4/core'].includes(to)
const isManifest = (to: string) => to === 'lambdas/runtime/resources.ts'

/** What each layer may import besides itself: layers of the project, packages, Node's own modules. */
function isAllowed({ from, to, typesOnly }: Import): boolean {
  const layer = layerOf(from)
  const target = isFile(to) ? layerOf(to) : null
  if (layer === 'test') return true
  // A handler is a Lambda's entry: importing it runs it, so nothing does, not even another one. It may have a part of its own.
  if (target === 'handlers') return layer === 'handlers' && !isEntry(to)
  if (target === layer || layer === 'bench') return true
  if (target === 'bench') return false
  if (target === 'operate' || (target === 'local' && layer !== 'operate')) return false
  const isAdapter = target?.startsWith('adapters/') === true
  switch (layer) {
    case 'core':
      return isZod(to) || ['html-entities', 'twitter-text', 'node:crypto'].includes(to)
    case 'use-cases':
      return target === 'core' || isZod(to) || to === 'node:crypto' || (to === 'aws-lambda' && typesOnly)
    case 'runtime':
      return target === 'core' || isAdapter || /^(@middy|@aws-sdk)\//.test(to) || (to === 'aws-lambda' && typesOnly)
    case 'handlers':
      return (
        target === 'core' ||
        target === 'use-cases' ||
        target === 'runtime' ||
        isAdapter ||
        to === 'node:timers/promises'
      )
    case 'lib':
      return (
        isManifest(to) ||
        LIB_MAY_IMPORT.includes(to) ||
        target === 'build' ||
        /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to) ||
        isBuiltin(to)
      )
    case 'build':
      return isManifest(to) || ['esbuild', 'vite'].includes(to) || isBuiltin(to)
    case 'bench':
      return isManifest(to) || target === 'build' || to.startsWith('@aws-sdk/') || isBuiltin(to)
    case 'operate':
      return (
        ['core', 'use-cases', 'runtime', 'local'].includes(target ?? '') ||
        isAdapter ||
        to.startsWith('@aws-sdk/') ||
        isBuiltin(to)
      )
    case 'bin':
      return target === 'lib' || target === 'build' || to === 'aws-cdk-lib' || isBuiltin(to)
    case 'client':
      return false
    case 'console':
      return isAllowedInConsole(from, to)
    case 'local':
      if (/^local\/[\w-]+\/page\//.test(from)) return isAllowedInPage(to, typesOnly)
      return target === null
        ? !to.startsWith('aws-cdk-lib')
        : target !== 'lib' && target !== 'bin' && target !== 'console'
  }
  return (
    (layer === 'adapters/chat' && isChatLibrary(to)) ||
    (isAdapterLayer(layer) &&
      (target === 'core' || /^(@aws-sdk\/|twitter-api-v2$|file-type$|standardwebhooks$)/.test(to) || isBuiltin(to)))
  )
}

/** Only the adapter of encrypted messages may reach the engine, by its path: the package does not export it. */
const isChatLibrary = (to: string) =>
  to === 'node_modules/@xdevplatform/chat-xdk/pkg/chat_xdk_wasm.js' || /^juicebox-sdk(\/|$)/.test(to)

/** Facts of the product that the stack deploys as they are. */
const LIB_MAY_IMPORT = [
  'lambdas/core/api/access.ts',
  'lambdas/core/api/edge.ts',
  'lambdas/core/api/origin.ts',
  'lambdas/core/api/paths.ts',
  'lambdas/core/log-events.ts',
  'lambdas/core/mail-address.ts',
  'lambdas/core/x/event-source.ts',
  'lambdas/runtime/alarm-texts.ts',
]

/** A page of `local/`: it talks HTTP, has the console's styles, and of its server it knows types. */
const isAllowedInPage = (to: string, typesOnly: boolean) =>
  typesOnly ||
  /^(preact|preact\/hooks)$/.test(to) ||
  /^(console\/src\/style|local\/[\w-]+\/page)\/[\w-]+\.css$/.test(to)

const isAdapterLayer = (layer: string) => layer.startsWith('adapters/')

/** A page that talks HTTP: of the rest it knows the client of the API alone. */
function isAllowedInConsole(from: string, to: string): boolean {
  if (from === 'console/vite.config.ts') return to === 'vite'
  return (
    to.startsWith('client/src/') ||
    /^(preact|preact\/hooks|preact-iso|@preact\/signals)$/.test(to) ||
    /^console\/src\/style\/[\w/-]+\.css$/.test(to)
  )
}

describe('the layers', () => {
  test('keep to what they may import', () => {
    expect(imports.filter((one) => !isAllowed(one))).toEqual([])
  })

  test('are looked at whole: the test sees imports of every form, and breaches of every rule', () => {
    const source =
      "import a from './a.ts'\nimport {\n  b,\n} from './b.ts'\nexport { c } from './c.ts'\nimport type { D } from 'd'\nawait import('./e.ts')\n"
    expect(importsIn('lib/x.ts', source).map(({ to }) => to)).toEqual([
      'lib/a.ts',
      'lib/b.ts',
      'lib/c.ts',
      'd',
      'lib/e.ts',
    ])
    expect(imports.length).toBeGreaterThan(files.length)
    const breaches: Import[] = [
      { from: 'lambdas/core/tickets/ticket.ts', to: '@aws-sdk/client-sqs' },
      { from: 'lambdas/core/tickets/ticket.ts', to: 'lambdas/runtime/log.ts' },
      { from: 'lambdas/adapters/aws/json-call.ts', to: 'lambdas/adapters/dynamodb/table.ts' },
      { from: 'lambdas/use-cases/route-event.ts', to: 'lambdas/adapters/dynamodb/table.ts' },
      { from: 'lambdas/use-cases/route-event.ts', to: 'lambdas/runtime/resources.ts' },
      { from: 'lambdas/use-cases/api/routes.ts', to: '@middy/core' },
      { from: 'lambdas/handlers/api.ts', to: 'lambdas/handlers/router.ts' },
      { from: 'lambdas/runtime/http.ts', to: 'lambdas/use-cases/api/routes.ts' },
      { from: 'lambdas/runtime/stores.ts', to: 'local/stack.ts' },
      { from: 'lambdas/runtime/stores.ts', to: 'bench/units.ts' },
      { from: 'lib/access.ts', to: 'lambdas/core/tickets/ticket.ts' },
      { from: 'local/stack.ts', to: 'lib/access.ts' },
      { from: 'local/usedesk/page/main.tsx', to: 'zod' },
      { from: 'console/src/api.ts', to: 'lambdas/core/api/schemas.ts' },
      { from: 'operate/redrive.ts', to: 'lib/access.ts' },
      { from: 'local/stack.ts', to: 'operate/redrive.ts' },
      { from: 'console/src/api.ts', to: 'zod' },
      { from: 'console/src/api.ts', to: 'lambdas/core/tickets/ticket.ts' },
      { from: 'console/src/api.ts', to: 'client/generate.ts' },
      { from: 'client/src/client.ts', to: 'lambdas/core/api/schemas.ts' },
    ].map((one) => ({ ...one, typesOnly: false }))
    expect(breaches.filter(isAllowed)).toEqual([])
    expect(isAllowed({ from: 'console/src/api.ts', to: 'lambdas/core/api/schemas.ts', typesOnly: true })).toBe(false)
    expect(isAllowed({ from: 'console/src/api.ts', to: 'client/src/client.ts', typesOnly: false })).toBe(true)
  })

  test('have no cycles', () => {
    const next = Map.groupBy(
      imports.filter(({ to }) => isFile(to)),
      ({ from }) => from,
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' > '))
      if (done.has(file) || path.includes(file)) return
      for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })

  test('have no barrels: no file that only hands on what others export', () => {
    const barrels = files.filter((file) => {
      const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      return /\bexport\b[^;]*\bfrom\b/.test(code) && !/\b(function|const|class|type|interface)\b/.test(code)
    })
    expect(barrels).toEqual([])
  })
})
