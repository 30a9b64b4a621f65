import { describe, expect, test } from '@jest/globals'
import { readCommand, runCommand } from '../../local/channel.ts'
import { temporaryFolder } from './support.ts'

describe('the command', () => {
  test('adds an account with or without a name, and lists', () => {
    expect(readCommand(['add', '4337869213', 'acme_help'])).toEqual({
      do: 'add',
      twitterUserId: '4337869213',
      username: 'acme_help',
    })
    expect(readCommand(['add', '4337869213', 'acme_help', 'Acme, help'])).toMatchObject({ name: 'Acme, help' })
    expect(readCommand(['list'])).toEqual({ do: 'list' })
  })

  test.each([
    [['add', '@acme', 'acme'], /^USER_ID must be .*«@acme»\.$/],
    [['add'], /^USER_ID must be/],
    [['add', '1', '@acme'], /^USERNAME must be .*«@acme»\.$/],
    [['add', '1', 'sixteen_letters_'], /^USERNAME must be/],
    [['add', '1'], /^USERNAME must be/],
    [['add', '1', 'acme', ' '], /^NAME must have/],
    [['add', '1', 'acme', 'Acme', 'help'], /^NAME must be one argument: put «Acme help» in quotes\.$/],
    [['remove'], /npm run channel -- add USER_ID USERNAME \[NAME\]/],
    [[], /npm run channel -- list/],
  ])('refuses %j with an error that names the argument', (words, sentence) => {
    expect(() => readCommand(words)).toThrow(sentence)
  })

  test('says to start the stack when none runs', async () => {
    const folder = temporaryFolder()
    await expect(runCommand({ do: 'list' }, folder.path, new Date())).rejects.toThrow(
      /Nothing runs on DATA_DIR .*npm start/,
    )
    folder.remove()
  })
})
