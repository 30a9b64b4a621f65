/** X's bodies have a dozen levels. JSON.parse reads any depth, but what writes or walks the value again would overflow. */
const MAX_DEPTH = 100

/** True if a text in JSON is nested deeper than any of X. */
export function isDeep(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInString && character === '\\') at++
    else if (character === '"') isInString = !isInString
    else if (!isInString && (character === '[' || character === '{')) depth++
    else if (!isInString && (character === ']' || character === '}')) depth--
    if (depth > MAX_DEPTH) return true
  }
  return false
}
