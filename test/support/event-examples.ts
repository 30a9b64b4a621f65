import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../examples/events')

/** The example of an event that developers of helpdesks read. */
export function exampleOf(type: string): { type: string; data: object } {
  return JSON.parse(readFileSync(join(folder, `${type}.json`), 'utf8'))
}

/** The names of all fields, and what kind of value each has. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, shapeOf(one)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
