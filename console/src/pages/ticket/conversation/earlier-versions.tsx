import type { Message } from '../../../../../client/src/calls.ts'
import { conversationMessages as t } from '../../../messages/ticket.ts'
import { MessageText } from './message-text.tsx'

/** The texts of a post before it was edited on X. */
export function EarlierVersions({ versions = [] }: { versions: Message['versions'] }) {
  if (versions.length === 0) return null
  return (
    <details class="earlier-versions small">
      <summary>
        {t.edited(versions.length)} · {t.earlierVersions}
      </summary>
      {versions.map(({ externalId, text, entities }) => (
        <MessageText key={externalId} text={text} entities={entities} />
      ))}
    </details>
  )
}
