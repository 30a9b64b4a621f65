import { XError } from '../ports/x.ts'

/** The steps of setting the product up, in the order in which an administrator takes them. */
export const setupSteps = ['keys', 'callback', 'webhook', 'mail', 'channel', 'permissions', 'message'] as const
export type SetupStep = (typeof setupSteps)[number]

/** How far each step can be. `not_known`: whoever knows could not be asked, which says nothing of the step. */
export const setupStates = ['done', 'missing', 'not_known'] as const

/** What was found of a step. */
export type SetupCheck = {
  readonly step: SetupStep
  /** The step in a few words. */
  readonly what: string
  readonly is: (typeof setupStates)[number]
  /** What was found, in whole sentences. */
  readonly found: string
  /** What to do, in whole sentences; null if nothing is to be done. */
  readonly todo: string | null
}

/** What was asked of X, AWS or our table: the answer, or the error that came instead. */
export type Asked<T> = { readonly value: T } | { readonly error: unknown }

const names: Readonly<Record<SetupStep, string>> = {
  keys: 'Keys of the X app',
  callback: 'Callback address',
  webhook: 'Webhook',
  mail: 'Mails to administrators',
  channel: 'First channel',
  permissions: 'Permissions of the X app',
  message: 'First message',
}

export const done = (step: SetupStep, found: string): SetupCheck => ({
  step,
  what: names[step],
  is: 'done',
  found,
  todo: null,
})

export const missing = (step: SetupStep, found: string, todo: string): SetupCheck => ({
  step,
  what: names[step],
  is: 'missing',
  found,
  todo,
})

export const notKnown = (step: SetupStep, found: string, todo: string): SetupCheck => ({
  step,
  what: names[step],
  is: 'not_known',
  found,
  todo,
})

/** A step of which nothing is known, because asking failed. @param whom who was asked, with a capital letter */
export function failedAsking(step: SetupStep, whom: string, error: unknown): SetupCheck {
  if (error instanceof XError && error.status === 429)
    return notKnown(step, 'X limits our calls at the moment.', 'Look again in 15 minutes.')
  const said = error instanceof XError ? `${error.status ?? 'no answer'}: ${error.detail}` : messageOf(error)
  return notKnown(step, `${whom} could not be asked (${trimmed(said)}).`, 'Look again in some minutes.')
}

/** A sentence of somebody else without its full stop, so that ours can end. */
export const trimmed = (text: string): string => text.replace(/[.\s]+$/, '')

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
