import type { $ZodErrorMap } from 'zod/v4/core'

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'an address, such as https://example.com/events',
  email: 'a mail address',
  datetime: 'an ISO 8601 time',
  date: 'a day, such as 2026-01-31',
}

/** What is wrong with a value, in words that follow the name of its field: «must be at most 100». Never the value itself. */
export const wrongValue: $ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_big':
      return `must ${bound(issue.origin, issue.exact ? 'exactly' : issue.inclusive ? 'at most' : 'less than', issue.maximum)}`
    case 'too_small':
      return issue.minimum === 1 && isSized(issue.origin)
        ? 'must not be empty'
        : `must ${bound(issue.origin, issue.exact ? 'exactly' : issue.inclusive ? 'at least' : 'more than', issue.minimum)}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      if ('prefix' in issue) return `must begin with ${issue.prefix}`
      return FORMATS[issue.format] ? `must be ${FORMATS[issue.format]}` : 'has the wrong form'
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`
    default:
      return 'is not allowed here'
  }
}

const isSized = (origin: string) => origin === 'string' || origin === 'array'

function bound(origin: string, how: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${how} ${limit} character${limit === 1 ? '' : 's'}`
  if (origin === 'array') return `have ${how} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  return `be ${how} ${limit}`
}
