import { expect, test } from '@jest/globals'
import { createMediaLinkCache } from '../../../../console/src/pages/ticket/media-link-cache.ts'

test('a link to an attachment stays for ten minutes, and changes when its status does', () => {
  const withCachedLinks = createMediaLinkCache()
  const linkAt = (nowMs: number, url: string, status = 'stored') => {
    const attachment = { id: 'a', url, previewUrl: null, status }
    const [message] = withCachedLinks([{ id: 'm', attachments: [attachment] } as never], nowMs)
    return message?.attachments[0]?.url
  }
  expect(linkAt(0, 'https://s3/pending', 'pending')).toBe('https://s3/pending')
  expect(linkAt(1, 'https://s3/1')).toBe('https://s3/1')
  expect(linkAt(599_000, 'https://s3/2')).toBe('https://s3/1')
  expect(linkAt(601_000, 'https://s3/3')).toBe('https://s3/3')
})
