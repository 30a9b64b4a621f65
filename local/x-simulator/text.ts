import twitter from 'twitter-text'
import type { Entity, Text, User } from './state.ts'

/** Escapes a text as X does in its answers and events. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Escapes a text for HTML. */
export function escapeHtml(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

const maxWeightedLength = 280

/** The weighted length of a post, and whether X accepts it. https://github.com/twitter/twitter-text */
export function weightedLength(text: string): { length: number; fits: boolean } {
  const { weightedLength: length } = twitter.parseTweet(text)
  return { length, fits: length <= maxWeightedLength }
}

/** Counts code points, the unit of X's entity indices. */
export const codePoints = (text: string) => [...text].length

export type Composition = {
  readonly written: string
  /** The people whom X mentions before the text. */
  readonly before: readonly User[]
  /** Finds the user of a mention. A mention of an unknown user is plain text. */
  readonly find: (username: string) => User | undefined
  /** Makes a t.co link. */
  readonly shorten: () => string
  /** The link to the attached media, which X appends, and the space before it. */
  readonly ending?: { readonly space: string; readonly link: string } | undefined
}

/** Converts a text from the form in which its author wrote it to the form in which X returns it. */
export function compose({ written, before, find, shorten, ending }: Composition): Text {
  const entities: Entity[] = []
  let full = ''
  const append = (shown: string, entity: (place: { start: number; end: number }) => Entity) => {
    const start = codePoints(full)
    full += shown
    entities.push(entity({ start, end: start + codePoints(shown) }))
  }
  for (const { id: userId, username } of before) {
    append(`@${username}`, (place) => ({ type: 'mention', ...place, userId, username, written: false }))
    full += ' '
  }
  const displayStart = codePoints(full)
  let from = 0
  for (const found of twitter.extractEntitiesWithIndices(written)) {
    const [start, end] = found.indices
    full += escapeText(written.slice(from, start))
    from = end
    const literal = written.slice(start, end)
    const user = 'screenName' in found && !('listSlug' in found && found.listSlug) ? find(found.screenName) : undefined
    if ('url' in found) {
      const url = shorten()
      append(url, (place) => ({ type: 'url', ...place, url, ...linkOf(found.url) }))
    } else if (user) {
      const { id: userId, username } = user
      append(literal, (place) => ({ type: 'mention', ...place, userId, username, written: true }))
    } else if ('hashtag' in found) append(literal, (place) => ({ type: 'hashtag', ...place, tag: found.hashtag }))
    else if ('cashtag' in found) append(literal, (place) => ({ type: 'cashtag', ...place, tag: found.cashtag }))
    else full += escapeText(literal)
  }
  full += escapeText(written.slice(from))
  if (ending) {
    full += ending.space
    append(ending.link, (place) => ({ type: 'media', ...place, url: ending.link }))
  }
  return { full, displayStart, entities }
}

function linkOf(url: string): { expandedUrl: string; displayUrl: string } {
  const expandedUrl = /^https?:\/\//i.test(url) ? url : `http://${url}`
  const bare = expandedUrl.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')
  return { expandedUrl, displayUrl: bare.length > 27 ? `${bare.slice(0, 26)}…` : bare }
}
