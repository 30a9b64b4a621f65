import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync, inflateRawSync } from 'node:zlib'

/** What the AWS CLI knows of an operation: the names of its options. */
export type CliOperation = { readonly options: ReadonlySet<string>; readonly required: readonly string[] }

type Model = {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>
  readonly shapes: Readonly<Record<string, { readonly members?: object; readonly required?: readonly string[] }>>
}

/** The AWS CLI as aws-cdk-lib brings it, with the models of all services. */
const archive = readFileSync(
  join(
    dirname(createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib')).resolve('@aws-cdk/asset-awscli-v1')),
    'layer.zip',
  ),
)

const CENTRAL = Buffer.from('PK\x01\x02', 'latin1')

type Entry = { readonly at: number; readonly size: number; readonly method: number; readonly version: string }

/** The newest model of each service in the archive: offset of its local header, and compressed size. */
const entries = new Map<string, Entry>()
for (let at = archive.indexOf(CENTRAL); at >= 0; at = archive.indexOf(CENTRAL, at + 46)) {
  const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28))
  const [, service, version = ''] = /^awscli\/botocore\/data\/([\w-]+)\/([\d-]+)\/service-2\.json\.gz$/.exec(name) ?? []
  if (!service || version < (entries.get(service)?.version ?? '')) continue
  entries.set(service, {
    version,
    at: archive.readUInt32LE(at + 42),
    size: archive.readUInt32LE(at + 20),
    method: archive.readUInt16LE(at + 10),
  })
}

const models = new Map<string, Model | undefined>()

/** @returns undefined for a service that the CLI does not know */
function modelOf(service: string): Model | undefined {
  if (models.has(service)) return models.get(service)
  const entry = entries.get(service === 's3api' ? 's3' : service)
  const model = entry && (JSON.parse(gunzipSync(contentOf(entry)).toString('utf8')) as Model)
  models.set(service, model)
  return model
}

function contentOf({ at, size, method }: Entry): Buffer {
  const from = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28)
  const bytes = archive.subarray(from, from + size)
  return method === 0 ? bytes : inflateRawSync(bytes)
}

/** An operation of a service, both as the CLI spells them; undefined if there is none. */
export function cliOperation(service: string, operation: string): CliOperation | undefined {
  const model = modelOf(service)
  const found = model && Object.entries(model.operations).find(([name]) => spelled(name) === operation)
  if (!model || !found) return undefined
  const shape = model.shapes[found[1].input?.shape ?? ''] ?? {}
  return {
    options: new Set(Object.keys(shape.members ?? {}).map(spelled)),
    required: (shape.required ?? []).map(spelled),
  }
}

/** A name as the CLI spells it: `UserPoolId` is `user-pool-id`. */
function spelled(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
}
