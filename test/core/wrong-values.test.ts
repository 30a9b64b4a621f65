import { expect, test } from '@jest/globals'
import * as z from 'zod/mini'
// Sets the words.
import '../../lambdas/core/api/requests.ts'

const short = z.string().check(z.minLength(1), z.maxLength(3))

test.each([
  [z.string(), undefined, 'is missing'],
  [z.string(), 7, 'must be text'],
  [z.string(), null, 'must be text'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.number(), 'x', 'must be a number'],
  [z.number(), Number.POSITIVE_INFINITY, 'must be a number'],
  [z.boolean(), 'true', 'must be true or false'],
  [z.array(z.string()), {}, 'must be a list'],
  [z.object({}), [], 'must be an object'],
  [z.record(z.string(), z.string()), 'x', 'must be an object'],
  [short, '', 'must not be empty'],
  [short, 'abcd', 'must have at most 3 characters'],
  [z.string().check(z.length(2)), 'a', 'must have exactly 2 characters'],
  [z.array(z.string()).check(z.maxLength(1)), ['a', 'b'], 'must have at most 1 entry'],
  [z.array(z.string()).check(z.minLength(2)), ['a'], 'must have at least 2 entries'],
  [z.int().check(z.lte(100)), 101, 'must be at most 100'],
  [z.number().check(z.gt(0)), 0, 'must be more than 0'],
  [z.number().check(z.lt(5)), 5, 'must be less than 5'],
  [z.number().check(z.multipleOf(0.5)), 0.3, 'must be a multiple of 0.5'],
  [z.enum(['new', 'open']), 'offen', 'must be one of new, open'],
  [z.literal('read'), 'write', 'must be read'],
  [z.string().check(z.startsWith('https://')), 'http://a', 'must begin with https://'],
  [z.string().check(z.regex(/^\d+$/)), 'secret words', 'has the wrong form'],
  [z.iso.date(), '2026-02-30', 'must be a day, such as 2026-01-31'],
  [z.iso.datetime(), 'today', 'must be an ISO 8601 time'],
  [z.strictObject({}), { a: 1, b: 2 }, 'has unknown fields: a, b'],
  [z.union([z.string(), z.int()]), {}, 'is not allowed here'],
])('what is wrong is said in plain words: %#', (schema, value, words) => {
  const { error } = z.safeParse(schema as z.ZodMiniType, value)
  expect(error?.issues.map(({ message }) => message)).toEqual([words])
})
