import { XError } from '../../core/ports/x.ts'

/** The fields of an object in an answer of X; none if it is anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/**
 * The fields of an answer that must be an object.
 * @throws XError 200 if it is anything else
 */
export function answered(answer: unknown): Readonly<Record<string, unknown>> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw new XError(200, 'X answered with something else than an object')
  }
  return fieldsOf(answer)
}

/** The objects of a list in an answer of X; none if it is anything else. */
export function objectsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}

/** A text in an answer of X; null if it is empty or anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * What an answer of X must have.
 * @throws XError 200 that names it, if X has left it out
 */
export function required<T>(value: T | null, what: string): T {
  if (value === null) throw new XError(200, `X answered without ${what}`)
  return value
}

/**
 * The objects of a list that X may leave out if it is empty.
 * @throws XError 200 if the answer is no such list
 */
export function listIn(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { data, errors } = answered(answer)
  const isEmpty = data === undefined && errors === undefined
  if (!isEmpty && !Array.isArray(data)) throw new XError(200, 'X answered without the list')
  return objectsOf(data)
}
