import { expect, test } from '@jest/globals'
import { shown } from '../../operate/shown.ts'

const letter = (body: unknown) => ({
  id: 'a-1',
  group: 'g',
  sentAt: '2026-01-01T12:00:00.000Z',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  receipt: 'r',
})
const event = {
  kind: 'direct_message',
  event: 'dm.received',
  channelUserId: '2244994945',
  receivedAt: '2026-01-01T12:00:00.000Z',
  reason: 'why',
  item: { id: '1205290247124217856', text: 'my card is 4111', number: '4111111111111111', 'a b': true, tags: [] },
}

test('a dead letter is shown by its fields: ids, kinds and times as they are, of texts their length', () => {
  expect(shown(letter(event), false).split('\n')).toEqual([
    'a-1  in the queue since 2026-01-01T12:00:00.000Z',
    '  kind: direct_message',
    '  event: dm.received',
    '  channelUserId: 2244994945',
    '  receivedAt: 2026-01-01T12:00:00.000Z',
    '  reason: text of 3 characters',
    '  item.id: 1205290247124217856',
    '  item.text: text of 15 characters',
    '  item.number: text of 16 characters',
    '  item.(3 characters): true',
    '  item.tags: []',
  ])
  expect(shown(letter({ kind: 'my card is 4111' }), false)).toContain('kind: text of 15 characters')
  expect(shown(letter('my card is 4111'), false)).toContain('not JSON, 15 characters')
  expect(shown(letter('null'), false)).toContain('body: null')
})

test('with text it is shown whole', () => {
  expect(shown(letter(event), true)).toContain(JSON.stringify(event))
})
