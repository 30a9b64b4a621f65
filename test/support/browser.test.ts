import { statSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, type Served, served } from '../local/support.ts'
import { axeViolations, browserForTests, noFaults, screenshot } from './browser.ts'

const browser = browserForTests()
let site: Served

/** One page that is well, and one with everything wrong that is to be noticed. */
const pages: Readonly<Record<string, string>> = {
  '/good': '<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main></html>',
  '/bad': `<!doctype html><html><title>Bad</title><img src="https://pictures.example.com/a.png">
    <script>document.title = 'Run'</script><script src="/throws.js"></script></html>`,
}

beforeAll(async () => {
  site = await served((request, response) => {
    const script = request.url === '/throws.js'
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; img-src https:")
    response.end(script ? "throw new Error('thrown on purpose')" : pages[request.url ?? ''])
  })
})
afterAll(async () => {
  await site?.stop()
})

test('finds no fault with a page that has none, in either colour scheme', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await browser.open({ width: 360, height: 640, colorScheme })
    await page.goto(`${site.url}/good`)
    expect(await page.evaluate(`innerWidth + ' ' + matchMedia('(prefers-color-scheme: dark)').matches`)).toBe(
      `360 ${colorScheme === 'dark'}`,
    )
    expect(await axeViolations(page)).toEqual([])
    expect(faults).toEqual(noFaults)
  }
})

test('notices errors, what the security policy refuses, other machines, and what axe finds under that policy', async () => {
  const { page, faults } = await browser.open()
  await page.goto(`${site.url}/bad`)
  await eventually('the violation', () => faults.cspViolations.length > 0)
  expect(await page.title()).toBe('Bad')
  expect(faults.cspViolations).toEqual(['script-src-elem: inline'])
  expect(faults.foreignRequests).toEqual(['https://pictures.example.com/a.png'])
  expect(faults.errors.join()).toContain('thrown on purpose')
  expect((await axeViolations(page)).map(({ id }) => id)).toEqual(
    expect.arrayContaining(['html-has-lang', 'image-alt']),
  )
})

test('keeps a picture', async () => {
  const { page } = await browser.open()
  await page.goto(`${site.url}/good`)
  expect(statSync(await screenshot(page, 'browser')).size).toBeGreaterThan(1_000)
})
