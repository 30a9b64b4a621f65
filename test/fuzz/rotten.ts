import fc from 'fast-check'

/** A part of a text in JSON that is written as it stands: JSON.stringify writes no such numbers and no such depth. */
class Raw {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Ids as X makes none: of no digits, too many, signs, spaces, digits of other scripts, other numbers. */
export const rottenIds = fc.constantFrom(
  '',
  '0',
  '-1',
  '00',
  ' 1',
  '1\n',
  '1e5',
  '9'.repeat(40),
  '9'.repeat(41),
  '9'.repeat(3_000),
  '\u0661\u0662',
  '../1',
  '%2e%2e%2f',
  '1/2',
  '1#2',
  '__proto__',
  'constructor',
  'null',
  '\ud83d',
  '\u0000',
)

/** Texts that are hard to store, to count, or to write. */
export const rottenTexts = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\ud83d',
      'a\ude00',
      '\u0000',
      '\ufffe\uffff',
      '\u202e',
      '&amp;&lt;',
      '@shop '.repeat(60),
    ),
  },
  { weight: 3, arbitrary: rottenIds },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', 'я.', '@a ', '#a', '\u0000', '😀', 'a.com ', ' '),
        fc.constantFrom(300, 300, 3_000, 30_000),
      )
      .map(([unit, times]) => unit.repeat(times)),
  },
)

const deep = (depth: number, open: string, close: string) => new Raw(open.repeat(depth) + close.repeat(depth))

/** Values in the place of any other: other types, numbers out of all ranges, depth, length. */
const rottenValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(null, true, false, 0, -1, '', {}, [], [[]], [null], { id: 1 }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('1e999', '-1e999', '-0', '1e-400', '1.5', '8640000000000001', '9'.repeat(3_000), '1E400')
      .map((text) => new Raw(text)),
  },
  { weight: 5, arbitrary: rottenTexts },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      { toString: 1, valueOf: 1 },
      new Raw('{"__proto__":{"id":"1"},"length":1e9}'),
      { data: { data: {} } },
      '9999-12-31T23:59:59.999Z',
      '-271821-04-20T00:00:00.000Z',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(40, 1_000, 20_000), fc.constantFrom(['[', ']'], ['{"a":', '}'] as string[]))
      .map(([depth, [open = '', close = '']]) =>
        open === '[' ? deep(depth, open, close) : new Raw(`${open.repeat(depth)}1${close.repeat(depth)}`),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(1_000, 10_000), fc.constantFrom<unknown>(0, {}, '1', null, { id: '1' }, 'a'.repeat(100)))
      .map(([length, one]) => Array.from({ length }, () => one)),
  },
)

type Change =
  | { readonly do: 'replace'; readonly by: unknown }
  | { readonly do: 'remove' | 'wrap' | 'twice' | 'rename' }
  | { readonly do: 'repeat'; readonly times: number }

/** A change of one node of a value; `at` picks the node, from 0 to 1. */
export type Rot = { readonly at: number; readonly change: Change }

/** The changes of a value. */
export const rots: fc.Arbitrary<readonly Rot[]> = fc.array(
  fc.record({
    at: fc.nat(9_999).map((one) => one / 10_000),
    change: fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('replace' as const), by: rottenValues }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'wrap', 'twice', 'rename') }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('repeat' as const), times: fc.constantFrom(2, 11, 1_000, 10_000) }),
      },
    ),
  }),
  { maxLength: 4 },
)

/** The text in JSON of a value after its changes: it may have a key twice, any depth, and numbers that JSON has not. */
export function rotten(value: unknown, changes: readonly Rot[]): string {
  const root: { value: unknown } = { value: copyOf(value) }
  for (const { at, change } of changes) {
    const places = placesIn(root)
    const place = places[Math.floor(at * places.length)]
    if (place) apply(place, change)
  }
  return textOf(root.value)
}

type Place = { readonly in: Record<string, unknown>; readonly key: string }

function placesIn(root: object): Place[] {
  const found: Place[] = []
  const visit = (inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || inner instanceof Raw || found.length > 5_000) return
    for (const key of Object.keys(inner)) {
      found.push({ in: inner as Record<string, unknown>, key })
      visit((inner as Record<string, unknown>)[key])
    }
  }
  visit(root)
  return found
}

/** Items of which so many would be more than the gateway lets pass are repeated less often. */
const MAX_CHARACTERS = 3_000_000

function apply({ in: inner, key }: Place, change: Change): void {
  const value = inner[key]
  switch (change.do) {
    case 'replace':
      inner[key] = copyOf(change.by)
      return
    case 'remove':
      delete inner[key]
      return
    case 'wrap':
      inner[key] = [value]
      return
    case 'rename':
      delete inner[key]
      inner[`${key}_`] = value
      return
    case 'twice': {
      const text = textOf(value)
      if (!Array.isArray(inner)) inner[key] = new Raw(`${text},${JSON.stringify(key)}:${text}`)
      return
    }
    case 'repeat': {
      const times = Math.min(change.times, Math.ceil(MAX_CHARACTERS / textOf(value).length))
      // Copies, because a later change of one must not grow all.
      inner[key] = Array.from({ length: times }, () => copyOf(value))
    }
  }
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Raw) return value
  if (Array.isArray(value)) return value.map(copyOf)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)]))
}

function textOf(value: unknown): string {
  if (value instanceof Raw) return value.text
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}:${textOf(one)}`)
    .join(',')}}`
}

/** What becomes of the bytes of a text: nothing as a rule; cut, of another encoding, with a byte that is none of UTF-8. */
export type Spoilt = { readonly as: BufferEncoding; readonly to: number; readonly byteAt: number | null }

export const spoilt: fc.Arbitrary<Spoilt> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ as: 'utf8', to: 1, byteAt: null } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1'),
      to: fc.oneof(
        fc.constant(1),
        fc.nat(1_000).map((one) => one / 1_000),
      ),
      byteAt: fc.option(fc.nat(1_000).map((one) => one / 1_000)),
    }),
  },
)

export function spoil(text: string, { as, to, byteAt }: Spoilt): Buffer {
  const bytes = Buffer.from(text, as)
  const cut = Buffer.from(bytes.subarray(0, Math.ceil(to * bytes.length)))
  if (byteAt !== null && cut.length > 0) cut[Math.floor(byteAt * (cut.length - 1))] = 0xff
  return cut
}
