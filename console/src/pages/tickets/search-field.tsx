import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../../components/icon.tsx'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { hasWord } from '../../search-words.ts'

/** So long nobody types before a search begins. */
const PAUSE_MS = 300

/** Searches while somebody writes; what is searched for is in the URL. */
export function SearchField({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  // What is being written stays while the list is polled, and goes when the search changes elsewhere.
  const [written, setWritten] = useState({ over: value, text: value })
  const text = written.over === value ? written.text : value
  const search = text.trim()
  useEffect(() => {
    if (search === value || (search !== '' && !hasWord(search))) return
    const timer = setTimeout(() => onChange(search), search === '' ? 0 : PAUSE_MS)
    return () => clearTimeout(timer)
  }, [search, value, onChange])
  return (
    <search class="search">
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label={t.search}
        placeholder={t.searchHint}
        autocomplete="off"
        maxLength={200}
        data-shortcut="/"
        value={text}
        onInput={(event) => setWritten({ over: value, text: event.currentTarget.value })}
      />
    </search>
  )
}
