/** Makes the types of the client from the OpenAPI document of the API: there is no second description of it. */

type Schema = Readonly<Record<string, unknown>>
type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** The source of `src/calls.ts`. */
export function clientTypes({ paths, components }: Document): string {
  const schemas = Object.entries(components.schemas).sort(([a], [b]) => (a < b ? -1 : 1))
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => callsOf(`${method.toUpperCase()} ${path}`, operation)),
  )
  return `/** Made by generate.ts from the OpenAPI document: \`RECORD=1 npm test -- test/client\` makes it anew. */

${schemas.map(([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema)}`).join('\n\n')}

/** Every call of the API: what it takes and what it answers. */
export type Calls = {
${calls.join('\n')}
}
`
}

const isSuccess = (status: string) => Number(status) < 300

/** The calls of an operation: a dry run with an answer of its own, 200 beside another, is named with its query. */
function callsOf(key: string, operation: Operation): string[] {
  const { 200: checked, ...others } = operation.responses
  const parameters = operation.parameters.filter(({ name }) => name !== 'dryRun')
  const hasDryRun = parameters.length < operation.parameters.length
  if (!hasDryRun || !checked || !Object.keys(others).some(isSuccess)) return [callOf(key, operation)]
  return [
    callOf(key, { ...operation, parameters, responses: others }),
    callOf(`${key}?dryRun=true`, { ...operation, parameters, responses: { 200: checked } }),
  ]
}

function callOf(key: string, { summary, parameters, requestBody, responses }: Operation): string {
  const fields = (where: string) => {
    const all = parameters
      .filter((one) => one.in === where)
      .map(
        ({ name, required, schema }) =>
          `${name}${required ? '' : '?'}: ${typeOf(schema)}${required ? '' : ' | undefined'}`,
      )
    return all.length > 0 ? `{ ${all.join('; ')} }` : 'Record<never, never>'
  }
  const body = requestBody && schemaIn(requestBody.content)
  const answers = Object.entries(responses)
    .filter(([status]) => isSuccess(status))
    .map(([, { content = {} }]) => typeOf(schemaIn(content)))
  return `  /** ${summary} */
  ${JSON.stringify(key)}: {
    params: ${fields('path')}
    query: ${fields('query')}
    body: ${body ? `${typeOf(body)}${requestBody.required ? '' : ' | undefined'}` : 'undefined'}
    answer: ${[...new Set(answers)].join(' | ')}
  }`
}

const schemaIn = (content: Content): Schema => Object.values(content)[0]?.schema ?? {}

function typeOf(schema: Schema): string {
  const {
    $ref,
    type,
    enum: values,
    const: only,
    anyOf,
    oneOf,
    items,
    properties,
    required,
    additionalProperties,
  } = schema
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1)
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(values)) return values.map((one) => JSON.stringify(one)).join(' | ')
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(' | ')
  const either = anyOf ?? oneOf
  if (Array.isArray(either)) return [...new Set(either.map((one) => typeOf(one as Schema)))].join(' | ')
  switch (type) {
    case 'array':
      return `readonly (${typeOf((items ?? {}) as Schema)})[]`
    case 'object': {
      const names = (required ?? []) as string[]
      const fields = Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, own]) => {
        const isRequired = names.includes(name)
        return `${comment(own)}${JSON.stringify(name)}${isRequired ? '' : '?'}: ${typeOf(own)}${isRequired ? '' : ' | undefined'}`
      })
      if (fields.length > 0) return `{\n${fields.join('\n')}\n}`
      return typeof additionalProperties === 'object'
        ? `Record<string, ${typeOf(additionalProperties as Schema)}>`
        : 'Record<string, never>'
    }
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return String(type)
  }
  return 'unknown'
}

const comment = ({ description }: Schema) => (typeof description === 'string' ? `/** ${description} */\n` : '')
