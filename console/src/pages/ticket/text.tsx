import type { ComponentChildren } from 'preact'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'

type Entity = Message['entities'][number]

/** The address that a link of a customer may lead to; null where it is none of the web. */
export function webAddress(text: string | null | undefined): string | null {
  if (!text || !URL.canParse(text)) return null
  const { protocol, href } = new URL(text)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}

/** A way out of the console, which tells the other side nothing of it. */
export function Outside({
  href,
  children,
  className,
}: {
  href: string
  children: ComponentChildren
  className?: string
}) {
  return (
    <a class={className} href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      <span class="for-readers"> {words.newTab}</span>
    </a>
  )
}

/** A post on X. */
export function postAddress(id: string | null | undefined, username?: string | null): string | null {
  return id && /^\d+$/.test(id) ? `https://x.com/${encodeURIComponent(username ?? 'i')}/status/${id}` : null
}

/** What a person wrote, with its links; it is only ever text, whatever it looks like. */
export function Text({ text, entities = [] }: { text: string; entities?: readonly Entity[] }) {
  return <p class="text">{partsOf(text, entities)}</p>
}

function partsOf(text: string, entities: readonly Entity[]): ComponentChildren[] {
  const parts: ComponentChildren[] = []
  let at = 0
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    const { start, end } = entity
    if (start < at || end <= start || end > text.length) continue
    parts.push(text.slice(at, start), linked(entity, text.slice(start, end)))
    at = end
  }
  parts.push(text.slice(at))
  return parts
}

function linked(entity: Entity, text: string): ComponentChildren {
  const href = addressOf(entity)
  if (!href) return text
  const shown = entity.type === 'link' && entity.displayUrl ? entity.displayUrl : text
  return (
    <Outside key={entity.start} href={href}>
      {shown}
    </Outside>
  )
}

function addressOf(entity: Entity): string | null {
  switch (entity.type) {
    case 'link':
      return webAddress(entity.url)
    case 'mention':
      return `https://x.com/${encodeURIComponent(entity.username)}`
    case 'hashtag':
      return `https://x.com/hashtag/${encodeURIComponent(entity.text)}`
    case 'cashtag':
      return `https://x.com/search?q=${encodeURIComponent(`$${entity.text}`)}`
    default:
      return null
  }
}
