/** X's limit for posts, in weighted characters. */
export const MAX_POST_LENGTH = 280
/** X's limit for direct messages, in characters; they are not weighted. */
export const MAX_DIRECT_MESSAGE_LENGTH = 10_000

const LINK_LENGTH = 23

/**
 * Approximates the length that X counts for a post, to show it while typing. The dry run of the API gives the exact
 * length. Latin and similar characters count 1, all others 2, a link 23.
 * Source: https://docs.x.com/fundamentals/counting-characters
 */
export function weightedLength(text: string): number {
  const links = text.match(/\bhttps?:\/\/[^\s]+/gi) ?? []
  const rest = links.reduce((left, link) => left.replace(link, ''), text.normalize('NFC'))
  const graphemes = [...new Intl.Segmenter().segment(rest)].map(({ segment }) => segment)
  return graphemes.reduce((sum, grapheme) => sum + weightOf(grapheme), links.length * LINK_LENGTH)
}

function weightOf(grapheme: string): number {
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(grapheme)) return 2
  return [...grapheme].reduce((sum, character) => sum + (isSingleWeight(character.codePointAt(0) ?? 0) ? 1 : 2), 0)
}

const isSingleWeight = (code: number) =>
  code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)
