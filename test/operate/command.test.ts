import { describe, expect, test } from '@jest/globals'
import { readCommand } from '../../operate/command.ts'

describe('the command', () => {
  test('shows a queue of this machine or of a stack, and sends back what was mended', () => {
    expect(readCommand(['events'])).toMatchObject({ queue: 'events', do: 'show', stack: undefined, withText: false })
    expect(readCommand(['replies', '--stack', 'HelpdeskTwitter', '--text'])).toMatchObject({
      queue: 'replies',
      stack: 'HelpdeskTwitter',
      withText: true,
    })
    expect(
      readCommand(['media', 'send', '--set', 'a-1:item.text="x=y"', '--set', 'a-2:={"whole":1}', '--drop', 'a-3']),
    ).toMatchObject({
      do: 'send',
      mends: [
        { id: 'a-1', path: ['item', 'text'], value: 'x=y' },
        { id: 'a-2', path: [], value: { whole: 1 } },
      ],
      drops: ['a-3'],
    })
  })

  test.each([
    [[], /npm run redrive -- QUEUE/],
    [['mail'], /^No queue «mail»\./],
    [['events', 'purge'], /^No command «purge»\./],
    [['events', 'send', 'all'], /^«all» is one argument too many\./],
    [['events', '--force'], /'--force'/],
    [['events', '--set', 'a:b=1'], /^--set goes with «send»/],
    [['events', '--drop', 'a'], /^--drop goes with «send» or «drop»\.$/],
    [['events', '--only', 'a'], /^--only goes with «send»\.$/],
    [['events', 'drop'], /^Say which one to delete/],
    [['events', 'send', '--set', 'text=1'], /^--set must be ID:FIELD=JSON, not «text=1»\.$/],
    [['events', 'send', '--set', 'a:item.text=Hello'], /^The value of --set a:item\.text is not JSON\. .*'"Hello"'/],
  ])('refuses %j and says why', (words, sentence) => {
    expect(() => readCommand(words)).toThrow(sentence)
  })
})
