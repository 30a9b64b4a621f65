import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { typeOf } from '../../../lambdas/adapters/media/type.ts'
import { kindOfType } from '../../../lambdas/core/tickets/attachment.ts'
import { files } from '../../support/files.ts'
import { cases } from '../../support/properties.ts'

test.each([
  ['a JPEG', files.jpeg('a'), 'image/jpeg'],
  ['a PNG', files.png('a'), 'image/png'],
  ['a WebP', Buffer.concat([Buffer.from('RIFF....WEBPVP8 ', 'latin1'), Buffer.alloc(100)]), 'image/webp'],
  ['a GIF', files.gif('a'), 'image/gif'],
  ['an MP4', files.mp4('a'), 'video/mp4'],
  [
    'a QuickTime film',
    Buffer.concat([Buffer.from('0000001466747970717420200000000071742020', 'hex'), Buffer.alloc(99)]),
    'video/quicktime',
  ],
])('%s is known by its bytes', async (_, bytes, type) => {
  expect(await typeOf(bytes)).toBe(type)
})

test.each([
  ['a page', files.html()],
  ['a page behind spaces', Buffer.concat([Buffer.from('   \n'), files.html()])],
  [
    'a drawing with scripts',
    Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
  ],
  ['a script', Buffer.from('alert(1)')],
  ['a PDF', Buffer.from('%PDF-1.7 /JavaScript')],
  ['a packed picture', gzipSync(files.png('packed'))],
  ['an archive', Buffer.from('504b0304140000000800', 'hex')],
  ['a program', Buffer.from('7f454c460201', 'hex')],
  ['nothing', Buffer.alloc(0)],
])('%s is no picture and no film', async (_, bytes) => {
  expect(kindOfType((await typeOf(bytes)) ?? '')).toBeNull()
})

test('whatever begins like something and goes on like nothing is answered all the same', async () => {
  const heads = [
    'ffd8ff',
    '89504e470d0a1a0a',
    '474946383961',
    '52494646',
    '000000186674797069736f6d',
    '1f8b08',
    '504b0304',
    '1a45dfa3',
    '49492a00',
    '494433',
    '425a68',
    '3082',
    '',
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }), async (head, tail) => {
      const type = await typeOf(Buffer.concat([Buffer.from(head, 'hex'), tail]))
      expect(type === null || /^\w+\//.test(type)).toBe(true)
    }),
    { numRuns: cases(2_000) },
  )
})
