import type { Message, Ticket } from './ticket.ts'

/** True if a text has an id of X, not as a part of a longer number. @param id digits */
export function names(text: string, id: string): boolean {
  return text.includes(id) && new RegExp(`(?<!\\d)${id}(?!\\d)`).test(text)
}

/**
 * A message of somebody else without what it holds of a person: the post of theirs that it answers or quotes, and the
 * marks that lead to them. The words of its author stay. The same object if it holds nothing of them.
 * @param id X's id of the person
 */
export function withoutPerson(message: Message, id: string): Message {
  const { parent, quoted } = message
  const parentIsTheirs = parent?.author?.id === id
  const quotedIsTheirs = quoted?.author?.id === id
  const isTheirs = (one: { readonly userId?: string | null }) => one.userId === id
  const entities = message.entities.filter((one) => !(one.type === 'mention' && isTheirs(one)))
  const addressees = message.addressees.filter((one) => !isTheirs(one))
  const versions = message.versions.map((one) => ({
    ...one,
    entities: one.entities.filter((entity) => !(entity.type === 'mention' && isTheirs(entity))),
  }))
  const isSame =
    !parentIsTheirs &&
    !quotedIsTheirs &&
    entities.length === message.entities.length &&
    addressees.length === message.addressees.length &&
    versions.every(({ entities: kept }, index) => kept.length === message.versions[index]?.entities.length)
  if (isSame) return message
  return {
    ...message,
    entities,
    addressees,
    versions,
    ...(parentIsTheirs && {
      parent: { ...parent, text: null, author: null, createdAt: null, status: 'unavailable' as const },
      missing: message.missing.filter((what) => what !== 'parent'),
    }),
    ...(quotedIsTheirs && { quoted: { ...quoted, text: null, author: null, createdAt: null, media: [] } }),
  }
}

/** The tags of a ticket that may be kept in reports when its customer is erased: those that do not name them. */
export function tagsWithoutPerson({ tags, customer }: Pick<Ticket, 'tags' | 'customer'>): string[] {
  const theirs = [customer.id, customer.username, customer.name].flatMap((one) => (one ? [one.toLowerCase()] : []))
  return tags.filter((tag) => !theirs.some((one) => tag.toLowerCase().includes(one)))
}
