/** The description of the API as a page for people: no script, nothing from elsewhere. */
import { createHash } from 'node:crypto'
import { encode } from 'html-entities'

type Schema = Readonly<Record<string, unknown>>
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>
type Header = { readonly description?: string }
type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
  readonly example?: unknown
}
type Operation = {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly headers?: Readonly<Record<string, Header>>; readonly content?: Content }
    >
  >
}
type Document = {
  readonly info: { readonly title: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

// The colours are those of the console's tokens.
const STYLE = `:root{color-scheme:light dark;--page:light-dark(#f4f5f9,#0f1219);--card:light-dark(#fff,#171b24);--soft:light-dark(#eef0f5,#1f2430);--line:light-dark(#e0e3eb,#2a303d);--text:light-dark(#181c28,#eef0f6);--quiet:light-dark(#5c6579,#9ba4b6);--link:light-dark(#2d48c0,#a7b6ff);--mark:light-dark(#eaeeff,#232c4f)}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.55 system-ui,sans-serif}
a{color:var(--link);text-underline-offset:.18em}p{margin:.5rem 0;text-wrap:pretty}
h1,h2,h3{line-height:1.3;letter-spacing:-.01em}h1{font-size:1.6rem;margin:0 0 1rem}h2{font-size:1.2rem;margin:2.5rem 0 .75rem}h3{font-size:1rem;margin:0}h4{font-size:.85rem;margin:1rem 0 .25rem;color:var(--quiet)}
code,pre{font:13px/1.5 ui-monospace,monospace}code{overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.75rem;border-radius:.4rem;background:var(--soft);overflow-x:auto}
header,main{width:100%;max-width:60rem;margin:0 auto;padding:2rem 1.5rem 1rem}main{padding:0 1.5rem 4rem}
nav{margin:0 1rem;padding:.25rem 1rem 1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
nav h2{margin:1rem 0 .25rem;color:var(--quiet);font-size:.8rem;letter-spacing:0;text-transform:capitalize}
nav ul{margin:0;padding:0;list-style:none}nav a{display:flex;gap:.5rem;padding:.2rem 0;color:var(--text);text-decoration:none}nav a:hover{color:var(--link)}
.method{flex:none;color:var(--link);font-weight:700}nav .method{width:3.5rem}
.call{display:flex;gap:.5rem;flex-wrap:wrap;align-items:baseline}.call>code{padding:.15rem .5rem;border-radius:.4rem;background:var(--mark)}
article,.schema{margin:0 0 1rem;padding:1.25rem 1.5rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
table{display:block;width:100%;border-collapse:collapse;overflow-x:auto}th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}thead th{color:var(--quiet);font-size:.85rem}tbody th{font-weight:500}
.quiet{color:var(--quiet);font-size:.85rem}summary{width:fit-content;padding:.25rem 0;color:var(--quiet);cursor:pointer}
@media(min-width:64rem){body{display:grid;grid-template:auto 1fr/20rem minmax(0,1fr)}nav{grid-area:1/1/3;position:sticky;top:0;height:100vh;margin:0;border-width:0 1px 0 0;border-radius:0;overflow-y:auto}}
@media(max-width:40rem){header,main{padding-inline:1rem}article,.schema{padding:1rem}th,td{padding-right:.5rem;overflow-wrap:anywhere}}`

/** The page of an OpenAPI document, and the Content-Security-Policy that it needs. */
export function docsPage(document: Document): { html: string; policy: string } {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const events = Object.values(document.webhooks).flatMap(Object.values<Operation>)
  operations.push(...events.map((operation) => ({ method: 'POST', path: 'your address', operation })))
  const groups = document.tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API: ${escaped(document.info.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(document.info.title)}</h1>
${paragraphs(document.info.description)}
<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>
</header>
<nav aria-label="Calls">
${groups.map(({ name, operations: own }) => `<h2 id="calls-${name}">${escaped(name.replaceAll('-', ' '))}</h2>\n<ul>${own.map(entry).join('')}</ul>`).join('\n')}
<ul><li><a href="#schemas">Schemas</a></li></ul>
</nav>
<main>
${groups.map(group).join('\n')}
<h2 id="schemas">Schemas</h2>
${Object.entries(document.components.schemas).map(schemaSection).join('\n')}
</main>
</body>
</html>
`
  const hash = createHash('sha256').update(STYLE).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return { html, policy }
}

type Described = { readonly method: string; readonly path: string; readonly operation: Operation }

const entry = ({ method, path, operation: { operationId, summary } }: Described) =>
  `<li><a href="#${operationId}" title="${escaped(summary)}"><code class="method">${method}</code> <code>${escaped(path.replace(/^\/api(?=\/)/, ''))}</code></a></li>`

function group({
  name,
  description,
  operations,
}: {
  name: string
  description: string
  operations: readonly Described[]
}) {
  return `<section aria-labelledby="group-${name}">
<h2 id="group-${name}">${escaped(description)}</h2>
${operations.map(article).join('\n')}
</section>`
}

function article({ method, path, operation }: Described): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const body = Object.entries(requestBody?.content ?? {})
  return `<article>
<h3 id="${operationId}">${inline(summary)}</h3>
<p class="call"><code><span class="method">${method}</span> ${escaped(path)}</code> <span class="quiet">${operationId}</span></p>
${paragraphs(description)}
${parameters.length > 0 ? parameterTable(parameters) : ''}
${body.map(([type, { schema }]) => `<p>Body${requestBody?.required ? '' : ', which may be missing'}: <code>${type}</code>, ${typeOf(schema)}</p>`).join('')}
<h4>Answers</h4>
<table><thead><tr><th scope="col">Status</th><th scope="col">Meaning</th><th scope="col">Content</th><th scope="col">Headers</th></tr></thead><tbody>
${Object.entries(responses)
  .map(
    ([status, { description: meaning, content = {}, headers = {} }]) =>
      `<tr><th scope="row">${status}</th><td>${inline(meaning)}</td><td>${Object.entries(content)
        .map(([type, { schema }]) => `<code>${type}</code>, ${typeOf(schema)}`)
        .join('<br>')}</td><td>${Object.entries(headers)
        .map(([header, { description: says = '' }]) => `<code>${header}</code>: ${inline(says)}`)
        .join('<br>')}</td></tr>`,
  )
  .join('\n')}
</tbody></table>
${Object.values(responses)
  .flatMap(({ content = {} }) => Object.values(content))
  .filter(({ example }) => example !== undefined)
  .map(({ example }) => `<details><summary>Example of an answer</summary>${json(example)}</details>`)
  .join('')}
</article>`
}

function parameterTable(parameters: readonly Parameter[]): string {
  return `<h4>Parameters</h4>
<table><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>
${parameters
  .map(
    ({ name, in: where, required, schema, description = '', example }) =>
      `<tr><th scope="row"><code>${name}</code>${required ? ' (required)' : ''}</th><td>${where}</td><td>${typeOf(schema)}</td><td>${inline(description)}${
        example === undefined ? '' : `, such as <code>${escaped(String(example))}</code>`
      }</td></tr>`,
  )
  .join('\n')}
</tbody></table>`
}

function schemaSection([name, schema]: [string, Schema]): string {
  const {
    properties = {},
    required = [],
    examples = [],
    description,
  } = schema as {
    properties?: Record<string, Schema>
    required?: string[]
    examples?: unknown[]
    description?: string
  }
  return `<section class="schema" aria-labelledby="schema-${name}">
<h3 id="schema-${name}">${name}</h3>
${description ? paragraphs(description) : ''}
<table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>
${Object.entries(properties)
  .map(
    ([field, own]) =>
      `<tr><th scope="row"><code>${escaped(field)}</code>${required.includes(field) ? '' : ' (optional)'}</th><td>${typeOf(own)}</td><td>${inline(String(own.description ?? ''))}</td></tr>`,
  )
  .join('\n')}
</tbody></table>
${examples.map((example) => `<p>Example:</p>${json(example)}`).join('')}
</section>`
}

/** The type in words, with links to the schemas that have a name. */
function typeOf(schema: Schema): string {
  const { $ref, type, enum: values, const: only, anyOf, oneOf, items, properties, format } = schema
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? ''
    return `<a href="#schema-${name}">${name}</a>`
  }
  const either = anyOf ?? oneOf
  if (Array.isArray(either)) return [...new Set(either.map((one) => typeOf(one as Schema)))].join(' or ')
  if (only !== undefined) return `<code>${escaped(JSON.stringify(only))}</code>`
  if (Array.isArray(values)) return values.map((one) => `<code>${escaped(JSON.stringify(one))}</code>`).join(', ')
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Schema)}`
  if (type === 'object' && properties) {
    const fields = Object.entries(properties as Record<string, Schema>)
    return `{ ${fields.map(([name, own]) => `<code>${escaped(name)}</code>: ${typeOf(own)}`).join('; ')} }`
  }
  const limits = ['minLength', 'maxLength', 'minimum', 'maximum'].filter((name) => schema[name] !== undefined)
  const words = [format ?? type ?? 'anything', ...limits.map((name) => `${name} ${schema[name]}`)]
  return escaped(words.join(', '))
}

const escaped = (text: string) => encode(text, { level: 'html5', mode: 'specialChars' })
const inline = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
const paragraphs = (text: string) =>
  text
    .split('\n\n')
    .map((one) => `<p>${inline(one)}</p>`)
    .join('\n')
const json = (value: unknown) => `<pre tabindex="0">${escaped(JSON.stringify(value, null, 2))}</pre>`
