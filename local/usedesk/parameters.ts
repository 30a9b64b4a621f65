import type { IncomingHttpHeaders } from 'node:http'
import type { NewFile } from './desk.ts'

/** A call that does not keep to the documentation. The message names the parameter. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
}

/** The parameters of a call, as text, and the files that came with it. */
export type Sent = { readonly parameters: Record<string, string>; readonly files: readonly NewFile[] }

/**
 * Reads a body: JSON, a form or multipart. Usedesk takes all three.
 * @throws Misuse when it is none of them, or its values are no texts, numbers or truth values
 */
export async function readParameters(headers: IncomingHttpHeaders, body: Buffer): Promise<Sent> {
  const type = headers['content-type'] ?? ''
  if (/^application\/json\b/i.test(type)) return { parameters: fromJson(body), files: [] }
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return { parameters: once(new URLSearchParams(body.toString('utf8'))), files: [] }
  }
  if (/^multipart\/form-data\b/i.test(type)) return fromMultipart(type, body)
  throw new Misuse(`the content type is ${type || 'missing'}, not JSON, a form or multipart/form-data`)
}

function fromJson(body: Buffer): Record<string, string> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Misuse('the body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misuse('the body is no JSON object')
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (!['string', 'number', 'boolean'].includes(typeof one)) throw new Misuse(`${name}: no text or number`)
      return [name, String(one)]
    }),
  )
}

function once(fields: Iterable<[string, string]>): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [name, value] of fields) {
    if (Object.hasOwn(parameters, name)) throw new Misuse(`${name}: comes twice, the last one would be taken`)
    parameters[name] = value
  }
  return parameters
}

async function fromMultipart(type: string, body: Buffer): Promise<Sent> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined)
  if (!form) throw new Misuse('the body is no multipart/form-data')
  const texts: [string, string][] = []
  const files: NewFile[] = []
  for (const [name, value] of form) {
    if (typeof value === 'string') texts.push([name, value])
    // PHP keeps only the last of several parts of one name, unless the name says that it is a list.
    else if (!/^files\[\d*\]$/.test(name)) throw new Misuse(`${name}: the name of each file is files[]`)
    else files.push({ name: value.name, contentType: value.type, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  return { parameters: once(texts), files }
}
