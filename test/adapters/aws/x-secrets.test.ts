import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { createXSecrets } from '../../../lambdas/adapters/aws/x-secrets.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'

const access = awsAccess('secretsmanager', {})

/** Runs with a file that holds the text. */
async function withFile(text: string, act: (place: string, write: (text: string) => void) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  const file = join(folder, 'secrets.json')
  writeFileSync(file, text)
  try {
    await act(pathToFileURL(file).href, (next) => writeFileSync(file, next))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const secret = (current: string, previous = '') =>
  JSON.stringify({ consumerKey: 'key', consumerSecret: current, consumerSecretPrevious: previous })

describe('the secrets of the X app', () => {
  test('are in use at most 5 minutes after they changed; an empty previous one is none', async () => {
    await withFile(secret('one'), async (place, write) => {
      let time = Date.parse('2026-01-01T00:00:00Z')
      const secrets = createXSecrets(place, access, () => new Date(time))
      expect(await secrets.consumer()).toEqual({ current: 'one', previous: null })
      write(secret('two', 'one'))
      time += 4 * 60_000
      expect((await secrets.consumer()).current).toBe('one')
      time += 60_000
      expect(await secrets.consumer()).toEqual({ current: 'two', previous: 'one' })
    })
  })

  test('are read anew for a signature that does not match, but at most once a minute', async () => {
    await withFile(secret('one'), async (place, write) => {
      let time = Date.parse('2026-01-01T00:00:00Z')
      const secrets = createXSecrets(place, access, () => new Date(time))
      await secrets.consumer()
      write(secret('two', 'one'))
      time += 59_000
      expect((await secrets.refreshed()).current).toBe('one')
      time += 1_000
      expect((await secrets.refreshed()).current).toBe('two')
      expect(await secrets.app()).toEqual({ key: 'key', secret: 'two' })
    })
  })

  test('say since when there is a previous one, and nothing without one', async () => {
    await withFile(secret('two', 'one'), async (place, write) => {
      const since = new Date('2026-01-01T00:00:00.000Z')
      utimesSync(new URL(place), since, since)
      expect(await createXSecrets(place, access, () => new Date()).previousSince()).toBe(since.toISOString())
      write(secret('two'))
      expect(await createXSecrets(place, access, () => new Date()).previousSince()).toBeNull()
    })
  })

  test('that were never filled in are an error that says what to do, without what stands there', async () => {
    for (const text of ['', 'not json hunter2', '{}', '{"consumerSecret":""}', '{"consumerSecret":5}']) {
      await withFile(text, async (place) => {
        const reading = createXSecrets(place, access, () => new Date()).consumer()
        await expect(reading).rejects.toThrow(/the secret of the X app/)
        await expect(reading).rejects.not.toThrow(/hunter2/)
      })
    }
  })

  test('are asked of Secrets Manager by their ARN', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x'
    const asked: unknown[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      asked.push([request.headers['x-amz-target'], JSON.parse(Buffer.concat(chunks).toString('utf8'))])
      response.end(JSON.stringify({ SecretString: secret('from AWS', 'before'), CreatedDate: 1767225600.5 }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const there = awsAccess('secretsmanager', { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint })
      const secrets = createXSecrets(arn, there, () => new Date())
      expect((await secrets.consumer()).current).toBe('from AWS')
      expect(await secrets.previousSince()).toBe('2026-01-01T00:00:00.500Z')
      expect(asked).toEqual([['secretsmanager.GetSecretValue', { SecretId: arn }]])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
