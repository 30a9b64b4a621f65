import { useLocation } from 'preact-iso'
import { partsOf } from '../search-words.ts'

/** A text in which the words of the search in the URL are marked. */
export function Marked({ children: text }: { children: string }) {
  const { q } = useLocation().query
  return q ? (
    <>{partsOf(text, q).map((part, index) => (index % 2 === 0 ? part : <mark key={index}>{part}</mark>))}</>
  ) : (
    <>{text}</>
  )
}
