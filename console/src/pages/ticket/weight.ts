/**
 * How long a text counts on X, near enough to see while typing; what counts is what the API says before sending.
 * Source: X's docs, "Counting characters": Latin and the like count one, everything else two, a link 23.
 */
export function weigh(text: string): number {
  const links = text.match(/\bhttps?:\/\/[^\s]+/gi) ?? []
  const rest = links.reduce((left, link) => left.replace(link, ''), text.normalize('NFC'))
  const signs = [...new Intl.Segmenter().segment(rest)].map(({ segment }) => segment)
  return signs.reduce((sum, sign) => sum + weightOf(sign), links.length * 23)
}

function weightOf(sign: string): number {
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(sign)) return 2
  return [...sign].reduce((sum, one) => sum + (isLight(one.codePointAt(0) ?? 0) ? 1 : 2), 0)
}

const isLight = (code: number) =>
  code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)

/** Characters of a direct message, which are not weighed. */
export const MAX_DIRECT = 10_000
export const MAX_POST = 280
