/** Shared by what makes outgoing events and what sends them: a link works for minutes, so it is made for each attempt. */
import type { EventData } from '../core/outgoing/delivery.ts'
import type { Links } from './api/messages.ts'

const PREFIX = 'bucket:'

/** Stands for a file of the bucket in a stored event. */
export async function storedFile(key: string): Promise<string> {
  return `${PREFIX}${key}`
}

/** The key of a file of the bucket in a stored event; null for another address. */
export function storedKey(url: string): string | null {
  return url.startsWith(PREFIX) ? url.slice(PREFIX.length) : null
}

/** The data of an event with links that work now. */
export async function withLinks(data: EventData, { link }: Links): Promise<EventData> {
  const { message } = data
  if (!message?.attachments?.length) return data
  const open = async (url: string) => {
    const key = storedKey(url)
    return key === null ? url : link(key)
  }
  const attachments = await Promise.all(
    message.attachments.map(async (one) => ({
      ...one,
      url: await open(one.url),
      previewUrl: one.previewUrl && (await open(one.previewUrl)),
    })),
  )
  return { ...data, message: { ...message, attachments } }
}
