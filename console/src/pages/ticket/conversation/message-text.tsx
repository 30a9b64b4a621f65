import type { ComponentChildren } from 'preact'
import type { Message } from '../../../../../client/src/calls.ts'
import { ExternalLink } from '../../../components/external-link.tsx'
import { profileUrl, webUrl } from '../../../links.ts'

type Entity = Message['entities'][number]

/** The text of a message with its links. It is never rendered as HTML. */
export function MessageText({ text, entities = [] }: { text: string; entities?: readonly Entity[] }) {
  return <p class="text">{withLinks(text, entities)}</p>
}

function withLinks(text: string, entities: readonly Entity[]): ComponentChildren[] {
  const segments: ComponentChildren[] = []
  let position = 0
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    const { start, end } = entity
    if (start < position || end <= start || end > text.length) continue
    segments.push(text.slice(position, start), linkOf(entity, text.slice(start, end)))
    position = end
  }
  segments.push(text.slice(position))
  return segments
}

function linkOf(entity: Entity, text: string): ComponentChildren {
  const href = urlOf(entity)
  if (!href) return text
  const label = entity.type === 'link' && entity.displayUrl ? entity.displayUrl : text
  return (
    <ExternalLink key={entity.start} href={href}>
      {label}
    </ExternalLink>
  )
}

function urlOf(entity: Entity): string | null {
  switch (entity.type) {
    case 'link':
      return webUrl(entity.url)
    case 'mention':
      return profileUrl(entity.username)
    case 'hashtag':
      return `https://x.com/hashtag/${encodeURIComponent(entity.text)}`
    case 'cashtag':
      return `https://x.com/search?q=${encodeURIComponent(`$${entity.text}`)}`
    default:
      return null
  }
}
