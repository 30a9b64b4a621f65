import { expect, test } from '@jest/globals'
import { startDatabase } from '../../../local/aws/database.ts'
import { temporaryFolder } from '../support.ts'

test('the embedded DynamoDB answers at an address that changes with each start, and not at 127.0.0.1', async () => {
  const folder = temporaryFolder()
  const addresses: string[] = []
  for (let n = 0; n < 2; n++) {
    const database = await startDatabase(folder.path, () => {})
    const { hostname, port } = new URL(database.endpoint)
    addresses.push(hostname)
    expect((await fetch(database.endpoint)).status).toBeLessThan(500)
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
    await database.stop()
  }
  folder.remove()
  expect(addresses).toEqual([expect.stringMatching(/^127(\.\d+){3}$/), expect.stringMatching(/^127(\.\d+){3}$/)])
  expect(new Set(addresses).size).toBe(2)
})
