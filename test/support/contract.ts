import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Description, Operation, Schema } from './described-api.ts'

/** An answer as API Gateway gets it, or as the edge gives it. */
export type Answered = {
  readonly statusCode?: number
  readonly headers?: Readonly<Record<string, unknown>>
  readonly cookies?: readonly string[]
  readonly body?: string
}

/** Headers that every answer has: the form of its body, and that nobody keeps it. The description need not name them. */
const OF_EVERY_ANSWER = ['content-type', 'cache-control']

const formats = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^https?:\/\/\S+$/,
}

/** Compares requests and answers with the description. */
export function contractOf(document: Description) {
  const ajv = new Ajv2020({ strict: false, formats, allErrors: true })
  ajv.addSchema({ $id: 'document', ...document })
  const compiled = new Map<string, ValidateFunction>()

  function faultsIn(schema: Schema, value: unknown): string[] {
    const key = JSON.stringify(schema).replaceAll('"#/', '"document#/')
    const validate = compiled.get(key) ?? ajv.compile(JSON.parse(key))
    compiled.set(key, validate)
    return validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
  }

  return {
    fits: (schema: Schema, value: unknown) => faultsIn(schema, value).length === 0,

    /** A schema itself, where there is only a reference to it. */
    resolved: (schema: Schema): Schema =>
      schema.$ref ? (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema) : schema,

    /** What an answer has that the description does not give the operation, or lacks; nothing if it is as described. */
    faultsOf({ responses }: Operation, { statusCode = 0, headers = {}, cookies = [], body = '' }: Answered): string[] {
      const response = responses[statusCode]
      if (!response) return [`the status ${statusCode} is not declared`]
      const declared = new Map(
        Object.entries(response.headers ?? {}).map(([name, one]) => [name.toLowerCase(), one.required === true]),
      )
      const present = [...Object.keys(headers), ...(cookies.length > 0 ? ['set-cookie'] : [])]
      const faults = [
        ...present
          .filter((name) => !declared.has(name) && !OF_EVERY_ANSWER.includes(name))
          .map((name) => `the header ${name} is not declared`),
        ...[...declared]
          .filter(([name, isRequired]) => isRequired && !present.includes(name))
          .map(([name]) => `the header ${name} is missing`),
      ]
      if (!response.content) return body === '' ? faults : [...faults, 'a body is not declared']
      const type = String(headers['content-type']).split(';')[0] ?? ''
      const content = response.content[type]
      if (!content) return [...faults, `the media type ${type} is not declared`]
      const value = type.endsWith('json') ? JSON.parse(body) : body
      return [...faults, ...faultsIn(content.schema, value).map((fault) => `the body${fault}`)]
    },
  }
}
