import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { firstMatch, hasWord, type Judged, judge, type NoiseRule } from '../../../lambdas/core/channels/noise-rules.ts'
import { cases } from '../../support/properties.ts'

const mention: Judged = {
  kind: 'mention',
  text: '@shop win a free phone',
  isAnswer: true,
  facts: { language: 'en', followers: 9, verified: false, accountSince: '2026-01-01' },
  createdAt: '2026-01-08T00:00:00.000Z',
}
const rule = (conditions: Partial<NoiseRule>): NoiseRule => ({
  name: 'Noise',
  kinds: ['mention'],
  outcome: 'ignore',
  ...conditions,
})

describe('a word is found', () => {
  test.each([
    ['in any case', 'Win a GIVEAWAY now', 'giveaway'],
    ['behind a hash', '#Giveaway!', 'giveaway'],
    ['as a phrase, over lines', 'free\n  Crypto', 'free crypto'],
    ['in an address', 'see https://bit.ly/abc', 'bit.ly'],
    ['with a dotted I', 'İNDİRİM var', 'indirim'],
    ['with a sharp s', 'LANGE STRASSE', 'straße'],
    ['with a final sigma', 'ΟΔΟΣ', 'οδος'],
    ['in mathematical letters', '𝗙𝗥𝗘𝗘 stuff', 'free'],
    ['in full width', 'ＦＲＥＥ', 'free'],
    ['through invisible characters', 'f\u200br\u00adee', 'free'],
    ['within Chinese, which has no spaces', 'プレゼント抽選です', '抽選'],
    ['within Thai', 'ฟรีเงิน', 'เงิน'],
    ['before a Korean particle', '이벤트를', '이벤트'],
    ['as an emoji', 'a 🎁 for you', '🎁'],
  ])('%s', (_how, text, word) => expect(hasWord(text, [word])).toBe(true))

  test.each([
    ['in a longer word', 'giveaways', 'giveaway'],
    ['in a longer Russian word', 'рассылка', 'рассылк'],
    ['before a vowel sign', 'नमस्ते', 'नमस्त'],
    ['in a name with an underscore', '@free_phone', 'free'],
    ['with another accent', 'cafe', 'café'],
    ['in nothing', '', 'free'],
  ])('not %s', (_where, text, word) => expect(hasWord(text, [word])).toBe(false))

  test('exactly where it stands between other words, whatever they are', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'B', 'é', 'ß', 'я', 'Σ', '7', '𐐷'),
      minLength: 1,
      maxLength: 3,
    })
    const between = fc.constantFrom(' ', ', ', '\n', '-', ' #', '… ', '/')
    const upper = (one: string) => one.toLowerCase().toUpperCase()
    fc.assert(
      fc.property(fc.array(fc.tuple(word, between), { maxLength: 8 }), word, (words, wanted) => {
        const isThere = words.some(([one]) => upper(one) === upper(wanted))
        expect(hasWord(words.flat().join(''), [wanted])).toBe(isThere)
      }),
      { numRuns: cases(300) },
    )
  })
})

describe('a rule matches', () => {
  test.each<[string, Partial<NoiseRule>, Partial<NoiseRule>]>([
    ['one of its words', { words: ['gift', 'free'] }, { words: ['gift'] }],
    ['one of its languages', { languages: ['tr', 'en'] }, { languages: ['tr'] }],
    ['another language', { otherLanguagesThan: ['de'] }, { otherLanguagesThan: ['de', 'en'] }],
    ['fewer followers', { followersBelow: 10 }, { followersBelow: 9 }],
    ['who is not verified', { verified: false }, { verified: true }],
    ['a younger account', { accountDaysBelow: 8 }, { accountDaysBelow: 7 }],
    ['its kind', { kinds: ['mention', 'direct'], verified: false }, { kinds: ['direct'], verified: false }],
  ])('%s, and nothing else', (_what, met, failed) => {
    expect(judge([rule(met), rule(failed)], mention)).toEqual(['matches', 'differs'])
  })

  test('an answer only', () => {
    const answers = [rule({ answersOnly: true })]
    expect(judge(answers, mention)).toEqual(['matches'])
    expect(judge(answers, { ...mention, isAnswer: false })).toEqual(['differs'])
  })

  test('what meets all of its conditions', () => {
    expect(judge([rule({ words: ['free'], verified: true })], mention)).toEqual(['differs'])
    expect(judge([rule({ words: ['free'], verified: false })], mention)).toEqual(['matches'])
  })

  test('the first of them decides', () => {
    const rules = [
      rule({ name: 'A', words: ['gift'] }),
      rule({ name: 'B', words: ['free'] }),
      rule({ verified: false }),
    ]
    expect(firstMatch(rules, mention)?.name).toBe('B')
    expect(firstMatch(rules, { ...mention, kind: 'direct' })).toBeNull()
    expect(firstMatch([], mention)).toBeNull()
  })
})

describe('what X does not tell', () => {
  test.each<[string, Partial<NoiseRule>]>([
    ['the text', { words: ['free'] }],
    ['the language', { otherLanguagesThan: ['de'] }],
    ['the followers', { followersBelow: 100_000 }],
    ['whether verified', { verified: false }],
    ['the age of the account', { accountDaysBelow: 365 }],
  ])('%s: no rule that needs it matches, but one that fails otherwise differs', (_what, condition) => {
    const unknown = { ...mention, text: null, facts: {} }
    expect(judge([rule(condition)], unknown)).toEqual(['unknown'])
    expect(judge([rule({ ...condition, answersOnly: true })], { ...unknown, isAnswer: false })).toEqual(['differs'])
    expect(firstMatch([rule(condition)], unknown)).toBeNull()
  })

  test('turns no verdict into another but «unknown», and a further condition lets no more match', () => {
    const condition = fc.constantFrom<Partial<NoiseRule>>(
      { words: ['free', 'gift'] },
      { languages: ['tr'] },
      { otherLanguagesThan: ['de'] },
      { followersBelow: 10 },
      { verified: true },
      { accountDaysBelow: 7 },
      { answersOnly: true },
    )
    const judged: fc.Arbitrary<Judged> = fc.record({
      kind: fc.constantFrom('mention', 'direct'),
      text: fc.constantFrom('free', 'a gift', 'hello'),
      isAnswer: fc.boolean(),
      facts: fc.record({
        language: fc.constantFrom('tr', 'de', 'en'),
        followers: fc.integer({ min: 8, max: 12 }),
        verified: fc.boolean(),
        accountSince: fc.constantFrom('2026-01-01', '2026-01-02', '2025-12-31'),
      }),
      createdAt: fc.constant('2026-01-08T12:00:00.000Z'),
    })
    const forgotten = fc.subarray(['language', 'followers', 'verified', 'accountSince'])
    fc.assert(
      fc.property(condition, condition, judged, forgotten, (one, other, whole, names) => {
        const both = rule({ ...one, ...other })
        const [alone, together] = judge([rule(one), both], whole)
        if (together === 'matches') expect(alone).toBe('matches')
        const facts = Object.fromEntries(Object.entries(whole.facts).filter(([name]) => !names.includes(name)))
        const [less] = judge([both], { ...whole, facts })
        expect([together, 'unknown']).toContain(less)
        expect([alone, together]).not.toContain('unknown')
      }),
      { numRuns: cases(300) },
    )
  })
})
