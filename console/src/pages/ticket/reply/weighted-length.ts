/** X's limit for posts, in weighted characters. */
export const MAX_POST_LENGTH = 280
/** X's limit for direct messages, in characters; they are not weighted. */
export const MAX_DIRECT_MESSAGE_LENGTH = 10_000

const LINK_LENGTH = 23

/** X makes no link of an address with a longer part of its host name. */
const MAX_LABEL_LENGTH = 63

/**
 * Approximates the length that X counts for a post, to show it while typing. The dry run of the API gives the exact
 * length. Latin and similar characters count 1, all others 2, a link 23.
 * Source: https://docs.x.com/fundamentals/counting-characters
 */
export function weightedLength(text: string): number {
  const links = (text.match(/\bhttps?:\/\/[^\s\u202a-\u202e\u2066-\u2069]+/gi) ?? []).filter(isLink)
  const rest = links.reduce((left, link) => left.replace(link, ''), text.normalize('NFC'))
  const graphemes = [...new Intl.Segmenter().segment(rest)].map(({ segment }) => segment)
  return graphemes.reduce((sum, grapheme) => sum + weightOf(grapheme), links.length * LINK_LENGTH)
}

/** The host name of a URL is in its encoded form (Punycode), which is what the limit holds for. */
function isLink(address: string): boolean {
  const labels = URL.canParse(address) ? new URL(address).hostname.split('.') : []
  return labels.length > 0 && labels.every((label) => label.length <= MAX_LABEL_LENGTH)
}

function weightOf(grapheme: string): number {
  // Pictures, flags, and keys such as 1️⃣.
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(grapheme)) return 2
  return [...grapheme].reduce((sum, character) => sum + (isSingleWeight(character.codePointAt(0) ?? 0) ? 1 : 2), 0)
}

const isSingleWeight = (code: number) =>
  code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)
