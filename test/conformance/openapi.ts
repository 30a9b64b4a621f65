import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

/** A call of X's API with its answer, as they went over the wire. */
export type Exchange = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string
  readonly contentType: string
  readonly body: Buffer
  readonly status: number
  readonly answer: string
}

/** A difference between an exchange and the document, in one sentence that is the same for all exchanges alike. */
export type Finding = string

type Schema = Record<string, unknown>
type Parameter = { name: string; in: string; required?: boolean; schema: Schema }
type Operation = {
  parameters?: ({ $ref: string } | Parameter)[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
  security?: Record<string, unknown>[]
}

/** The part of an OpenAPI 3.0 document that the check reads. */
export type OpenApi = {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly parameters?: Record<string, Parameter>; readonly schemas: Record<string, Schema> }
}

/** Ajv's formats that the document uses. The others say how many bits a number has, or that a text is bytes. */
const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ }

/**
 * Reads an OpenAPI document and returns what compares an exchange with it. It compares path, credentials, query, body,
 * status and answer. An object may have the documented fields only, also where the document does not say so.
 */
export function conformanceTo(original: OpenApi): (exchange: Exchange) => Finding[] {
  const document = closed(original)
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, formats, validateSchema: false, logger: false })
  ajv.addSchema(document, 'document')
  const compiled = new Map<string, ValidateFunction>()
  const faultsIn = (schema: Schema, value: unknown): string[] => {
    const key = JSON.stringify(schema)
    const validate = compiled.get(key) ?? ajv.compile(withAbsoluteReferences(schema))
    compiled.set(key, validate)
    return validate(value) ? [] : [...new Set((validate.errors ?? []).map(inWords))]
  }

  return (exchange) => {
    const found = operationOf(document, exchange)
    if (!found) return [`${exchange.method} ${exchange.path.replace(/\d{3,}/g, '{id}')}: the call is not documented`]
    const { name, operation, parameters } = found
    const faults = [
      ...credentialFaults(operation, exchange),
      ...parameters.flatMap(({ parameter, value }) =>
        faultsIn(parameter.schema, value).map((fault) => `${parameter.in} ${parameter.name}${fault}`),
      ),
      ...queryFaults(found, exchange),
      ...bodyFaults(operation, exchange, faultsIn),
      ...answerFaults(operation, exchange, faultsIn),
    ]
    return faults.map((fault) => `${name}: ${fault}`)
  }
}

type Found = {
  readonly name: string
  readonly operation: Operation
  /** The parameters that the exchange has, with their values. */
  readonly parameters: { readonly parameter: Parameter; readonly value: unknown }[]
  readonly known: Parameter[]
}

/** The operation of an exchange. A path without a parameter goes before one with. */
function operationOf(document: OpenApi, { method, path, query }: Exchange): Found | undefined {
  const templates = Object.keys(document.paths).sort((a, b) => a.split('{').length - b.split('{').length)
  for (const template of templates) {
    const operation = document.paths[template]?.[method.toLowerCase()]
    const values = new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(path)
    if (!operation || !values) continue
    const known = (operation.parameters ?? []).map((one) => resolved(document, one))
    const parameters = known.flatMap((parameter) => {
      const value = parameter.in === 'path' ? values.groups?.[parameter.name] : query.get(parameter.name)
      return value === null || value === undefined ? [] : [{ parameter, value: typed(parameter.schema, value) }]
    })
    return { name: `${method} ${template}`, operation, parameters, known }
  }
  return undefined
}

function resolved({ components }: OpenApi, parameter: { $ref: string } | Parameter): Parameter {
  if (!('$ref' in parameter)) return parameter
  const found = components.parameters?.[parameter.$ref.split('/').at(-1) ?? '']
  if (!found) throw new Error(`The document has no ${parameter.$ref}.`)
  return found
}

/** A parameter's text as the value that its schema describes. */
function typed({ type }: Schema, text: string): unknown {
  if (type === 'array') return text.split(',')
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
}

function credentialFaults({ security = [] }: Operation, { authorization }: Exchange): string[] {
  const scheme = /^bearer /i.test(authorization) ? 'BearerToken' : /^oauth /i.test(authorization) ? 'UserToken' : 'none'
  const allowed = security.flatMap((one) => Object.keys(one))
  return allowed.includes(scheme) ? [] : [`credentials ${scheme}: must be one of ${allowed.join(', ')}`]
}

function queryFaults({ known, parameters }: Found, { query }: Exchange): string[] {
  const names = known.filter((one) => one.in === 'query').map(({ name }) => name)
  const missing = known.filter((one) => one.required && !parameters.some(({ parameter }) => parameter === one))
  return [
    ...[...new Set(query.keys())]
      .filter((name) => !names.includes(name))
      .map((name) => `query ${name} is not documented`),
    ...missing.map(({ name }) => `query ${name} is missing`),
  ]
}

type FaultsIn = (schema: Schema, value: unknown) => string[]

function bodyFaults({ requestBody }: Operation, exchange: Exchange, faultsIn: FaultsIn): string[] {
  const type = exchange.contentType.split(';')[0] ?? ''
  const body = type === 'multipart/form-data' ? fieldsOf(exchange) : parsed(exchange.body.toString() || '{}')
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  if (!requestBody) return isEmpty ? [] : ['body: none is documented']
  if (isEmpty && !requestBody.required) return []
  const schema = requestBody.content[type]?.schema
  return schema ? faultsIn(schema, body).map((fault) => `body ${fault}`) : [`body: ${type} is not documented`]
}

function answerFaults({ responses }: Operation, { status, answer }: Exchange, faultsIn: FaultsIn): string[] {
  const response = responses[status] ?? (status >= 400 ? responses.default : undefined)
  if (!response) return [`status ${status}: must be one of ${Object.keys(responses).join(', ')}`]
  const schemas = Object.values(response.content ?? {}).map(({ schema }) => schema)
  if (schemas.length === 0) return []
  const faults = schemas.map((schema) => faultsIn(schema, parsed(answer)))
  if (faults.some((one) => one.length === 0)) return []
  // An error may have one of several shapes, and what it lacks of each would be noise.
  return status >= 400
    ? [`answer ${status}: is none of the documented errors`]
    : (faults[0] ?? []).map((fault) => `answer ${fault}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The fields of a multipart body: texts, numbers where they look like one, and every file as a text. */
function fieldsOf({ contentType, body }: Exchange): Record<string, unknown> {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1] ?? ''
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1)
  const fields = parts.map((part) => {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    const value = rest.join('\r\n\r\n').replace(/\r\n$/, '')
    const isFile = /filename=|application\/octet-stream/.test(head)
    return [/name="([^"]*)"/.exec(head)?.[1] ?? '', !isFile && /^\d+$/.test(value) ? Number(value) : value]
  })
  return Object.fromEntries(fields)
}

/** An error of Ajv in words, without the places in lists. */
function inWords({ instancePath, keyword, params, message, data }: ErrorObject): string {
  const place = instancePath.replace(/\/\d+(?=\/|$)/g, '/*')
  if (keyword === 'additionalProperties') return `${place}/${params.additionalProperty} is not documented`
  if (keyword === 'enum') return `${place} ${JSON.stringify(data)} is not documented`
  return `${place} ${message}`
}

/** A copy in which objects have no other fields than those that the document names. */
function closed(document: OpenApi): OpenApi {
  // `parse` gives the same document with one more field in some objects.
  return JSON.parse(JSON.stringify(document), (_, value: unknown) => {
    const isOpen = isRecord(value) && value.type === 'object' && isRecord(value.properties)
    return isOpen && !('additionalProperties' in value) ? { ...value, additionalProperties: false } : value
  }) as OpenApi
}

const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy whose references lead into the document. */
function withAbsoluteReferences(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'))
}
