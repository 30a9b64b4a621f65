import { describe, expect, test } from '@jest/globals'
import {
  type Attachment,
  announcementProblem,
  attached,
  type Candidate,
  categoryOf,
  compareMedia,
  firstTryOf,
  kindOfType,
  mediaLimits,
  mediaProblems,
  readyMedia,
  type UploadedMedia,
} from '../../../lambdas/core/tickets/attachment.ts'

const megabyte = 1024 * 1024
const there = (contentType: string, size = 1_000): Candidate => ({
  is: 'uploaded',
  announced: { contentType, size },
  actual: { contentType, size },
})
const photo = there('image/jpeg')
const gif = there('image/gif')
const film = there('video/mp4')
const codes = (kind: 'direct' | 'mention', ...candidates: Candidate[]) =>
  mediaProblems(kind, candidates).map(({ code, field }) => `${field} ${code}`)

describe('a public reply', () => {
  test.each([
    ['none', []],
    ['one photo', [photo]],
    ['four photos', [photo, there('image/png'), there('image/webp'), photo]],
    ['one GIF', [gif]],
    ['one film', [film]],
  ])('takes %s', (_, candidates) => {
    expect(mediaProblems('mention', candidates)).toEqual([])
  })

  test.each([
    ['five photos', [photo, photo, photo, photo, photo]],
    ['two GIFs', [gif, gif]],
    ['a GIF beside a photo', [photo, gif]],
    ['a film beside photos', [photo, film, photo]],
  ])('takes no %s', (_, candidates) => {
    expect(codes('mention', ...candidates)).toEqual(['attachmentIds too_many_attachments'])
  })
})

describe('a direct message', () => {
  test('takes one attachment of any kind', () => {
    for (const one of [photo, gif, film]) expect(mediaProblems('direct', [one])).toEqual([])
  })

  test('takes no two', () => {
    expect(codes('direct', photo, photo)).toEqual(['attachmentIds too_many_attachments'])
  })
})

describe('an attachment is refused by its field', () => {
  test.each([
    ['that was never given', { is: 'unknown' }, 'unknown_attachment'],
    ['that belongs to another reply', { is: 'used' }, 'used_attachment'],
    ['that was never uploaded', { is: 'missing' }, 'missing_upload'],
    ['of a type that nobody knows', { ...photo, actual: { contentType: null, size: 1_000 } }, 'media_type'],
    [
      'of a type that X does not take',
      { ...photo, actual: { contentType: 'application/pdf', size: 1_000 } },
      'media_type',
    ],
    [
      'of another type than was announced',
      { ...photo, actual: { contentType: 'image/png', size: 1_000 } },
      'media_type',
    ],
    [
      'of another size than was announced',
      { ...photo, actual: { contentType: 'image/jpeg', size: 999 } },
      'media_size',
    ],
    ['of nothing', { ...photo, actual: { contentType: null, size: 0 } }, 'media_type'],
    ['that is too large a photo', there('image/png', 5 * megabyte + 1), 'media_size'],
    ['that is too large a GIF', there('image/gif', 15 * megabyte + 1), 'media_size'],
    ['that is too large a film', there('video/mp4', 512 * megabyte + 1), 'media_size'],
  ] as [string, Candidate, string][])('%s', (_, candidate, code) => {
    expect(codes('mention', photo, candidate).filter((one) => !one.includes('too_many'))).toEqual([
      `attachmentIds.1 ${code}`,
    ])
  })

  test('and the largest of each kind is not', () => {
    for (const [type, size] of [
      ['image/jpeg', 5],
      ['image/gif', 15],
      ['video/mp4', 512],
    ] as const) {
      expect(mediaProblems('mention', [there(type, size * megabyte)])).toEqual([])
      expect(announcementProblem({ contentType: type, size: size * megabyte })).toBeNull()
      expect(announcementProblem({ contentType: type, size: size * megabyte + 1 })).toMatchObject({ field: 'size' })
    }
  })
})

test('what a browser could run is no type of a file', () => {
  for (const type of ['text/html', 'image/svg+xml', 'application/xml', 'application/pdf', 'IMAGE/PNG', '']) {
    expect(kindOfType(type)).toBeNull()
    expect(announcementProblem({ contentType: type, size: 1 })).toMatchObject({ field: 'contentType' })
  }
  for (const { types } of Object.values(mediaLimits))
    for (const type of types) expect(type).toMatch(/^(image|video)\/\w+$/)
})

test('a category says what a file is and for what', () => {
  expect(categoryOf('post', 'photo')).toBe('tweet_image')
  expect(categoryOf('post', 'animated_gif')).toBe('tweet_gif')
  expect(categoryOf('direct_message', 'video')).toBe('dm_video')
})

const now = new Date('2026-01-01T12:00:00.000Z')
const uploadedMedia = (n: number, some: Partial<UploadedMedia> = {}): UploadedMedia => ({
  attachmentId: `a${n}`,
  mediaId: `90${n}`,
  expiresAt: '2026-01-02T12:00:00.000Z',
  ready: true,
  ...some,
})
const files = (...types: string[]): Attachment[] =>
  types.map((contentType, n) => attached({ id: `a${n}` }, { key: `sent/a${n}`, contentType, size: 1 }))

describe('a reply may be sent', () => {
  const media = files('image/png', 'image/jpeg')

  test('when X has every file ready, whose ids stand in the order of the files', () => {
    expect(readyMedia(media, [uploadedMedia(1), uploadedMedia(0)], now)).toEqual(['900', '901'])
    expect(readyMedia([], [], now)).toEqual([])
  })

  test('not while one is missing, worked through, or soon forgotten by X', () => {
    expect(readyMedia(media, [uploadedMedia(0)], now)).toBeNull()
    expect(readyMedia(media, [uploadedMedia(0), uploadedMedia(1, { ready: false })], now)).toBeNull()
    expect(
      readyMedia(media, [uploadedMedia(0), uploadedMedia(1, { expiresAt: '2026-01-01T12:05:00.000Z' })], now),
    ).toBeNull()
  })
})

describe('what X shows is compared with a reply (rule 5)', () => {
  const two = { media: files('image/png', 'image/jpeg'), uploadedMedia: [uploadedMedia(0), uploadedMedia(1)] }

  test('the very files are known by the ids that X keeps, as numbers or as keys', () => {
    expect(
      compareMedia(two, [
        { id: '900', type: 'photo' },
        { id: '901', type: 'photo' },
      ]),
    ).toBe('exact')
    expect(
      compareMedia(two, [
        { id: '3_901', type: 'photo' },
        { id: '3_900', type: 'photo' },
      ]),
    ).toBe('exact')
    expect(compareMedia({ media: [], uploadedMedia: [] }, [])).toBe('exact')
  })

  test('as many of each kind are alike, whatever their ids', () => {
    expect(
      compareMedia(two, [
        { id: '1', type: 'photo' },
        { id: '2', type: 'photo' },
      ]),
    ).toBe('alike')
    expect(
      compareMedia({ ...two, uploadedMedia: [] }, [
        { id: '900', type: 'photo' },
        { id: '901', type: 'photo' },
      ]),
    ).toBe('alike')
  })

  test('more, fewer or others are not', () => {
    expect(compareMedia(two, [])).toBe('other')
    expect(compareMedia(two, [{ id: '900', type: 'photo' }])).toBe('other')
    expect(
      compareMedia(two, [
        { id: '900', type: 'photo' },
        { id: '901', type: 'video' },
      ]),
    ).toBe('other')
    expect(compareMedia({ media: [], uploadedMedia: [] }, [{ id: '900', type: 'photo' }])).toBe('other')
  })
})

test('a message is due when the first of its media is', () => {
  const [one, two] = files('image/png', 'image/png') as [Attachment, Attachment]
  expect(firstTryOf([one, two])).toBeNull()
  const late = { ...one, nextTryAt: '2026-01-02T00:00:00.000Z' }
  expect(firstTryOf([late, { ...two, nextTryAt: '2026-01-01T00:00:00.000Z' }])).toBe('2026-01-01T00:00:00.000Z')
})
