import type { NoiseRule } from '../../../../client/src/calls.ts'
import type { Problem } from '../../../../client/src/client.ts'

/** A rule as it is typed. `key` tells rules apart while they are moved. */
export type Draft = {
  readonly key: number
  readonly name: string
  readonly mentions: boolean
  readonly directMessages: boolean
  readonly tag: string
  readonly outcome: NoiseRule['outcome']
  /** One word or phrase a line. */
  readonly words: string
  readonly languages: string
  readonly otherLanguagesThan: string
  readonly followersBelow: string
  readonly accountDaysBelow: string
  readonly verified: '' | 'yes' | 'no'
  readonly answersOnly: boolean
}

let keys = 0

export const newDraft = (): Draft => draftOf({ name: '', kinds: ['mention'], outcome: 'ignore' })

export const draftOf = (rule: NoiseRule): Draft => ({
  key: ++keys,
  name: rule.name,
  mentions: rule.kinds.includes('mention'),
  directMessages: rule.kinds.includes('direct'),
  outcome: rule.outcome,
  tag: rule.tag ?? '',
  words: rule.words?.join('\n') ?? '',
  languages: rule.languages?.join(', ') ?? '',
  otherLanguagesThan: rule.otherLanguagesThan?.join(', ') ?? '',
  followersBelow: rule.followersBelow?.toString() ?? '',
  accountDaysBelow: rule.accountDaysBelow?.toString() ?? '',
  verified: rule.verified === undefined ? '' : rule.verified ? 'yes' : 'no',
  answersOnly: rule.answersOnly === true,
})

/** The rules as the API takes them; what is wrong in them the API says. */
export const rulesIn = (drafts: readonly Draft[]): NoiseRule[] =>
  drafts.map((draft) => ({
    name: draft.name.trim(),
    kinds: [...(draft.mentions ? (['mention'] as const) : []), ...(draft.directMessages ? (['direct'] as const) : [])],
    outcome: draft.outcome,
    tag: draft.outcome === 'tag' ? draft.tag.trim() : undefined,
    words: listIn(draft.words, /\n/),
    languages: listIn(draft.languages, /[\s,]+/),
    otherLanguagesThan: listIn(draft.otherLanguagesThan, /[\s,]+/),
    followersBelow: numberIn(draft.followersBelow),
    verified: draft.verified === '' ? undefined : draft.verified === 'yes',
    accountDaysBelow: numberIn(draft.accountDaysBelow),
    answersOnly: draft.answersOnly || undefined,
  }))

function listIn(text: string, separator: RegExp): string[] | undefined {
  const all = text
    .split(separator)
    .map((one) => one.trim())
    .filter(Boolean)
  return all.length > 0 ? all : undefined
}

/** What is no number is left as it is, for the API to refuse. */
function numberIn(text: string): number | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  return /^\d+$/.test(typed) ? Number(typed) : (typed as unknown as number)
}

/** What is wrong with the fields of each rule, by its place; of the rule as a whole under `''`. */
export function errorsIn(error: Problem | undefined) {
  const ofRules = new Map<number, Record<string, string>>()
  for (const { field, detail } of error?.errors ?? []) {
    const [, place, name = ''] = /^rules\.(\d+)(?:\.(\w+))?/.exec(field) ?? []
    if (place === undefined) continue
    ofRules.set(Number(place), { ...ofRules.get(Number(place)), [name]: detail })
  }
  return { ofRules, others: ofRules.size === 0 }
}
