import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { axeViolations, browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { describedApi, operationsOf } from '../support/described-api.ts'
import { startPage } from '../support/page-server.ts'

const browser = browserForTests()
let world: Awaited<ReturnType<typeof describedApi>>
let server: Awaited<ReturnType<typeof startPage>>

beforeAll(async () => {
  world = await describedApi()
  const { headers = {}, body = '' } = await world.api('GET', '/api/docs')
  server = await startPage(body, headers as Record<string, string>)
})
afterAll(async () => {
  await server.stop()
  await world.stop()
})

test.each(['light', 'dark'] as const)(
  'the page of the API has every call, without a fault in %s colours',
  async (colorScheme) => {
    const { page, faults } = await browser.open({ colorScheme })
    await page.goto(server.url)
    expect(await axeViolations(page)).toEqual([])
    const ids = ['receiveEvent', ...operationsOf(world.document).map(({ operation }) => operation.operationId)]
    expect((await page.locator('article > h3').evaluateAll((all) => all.map(({ id }) => id))).sort()).toEqual(
      ids.sort(),
    )
    const places = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => `#${id}`))
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
    expect(links.filter((link) => !places.includes(String(link)))).toEqual(['/api/openapi.json'])
    await screenshot(page, `api-docs-${colorScheme}`)
    expect(faults).toEqual(noFaults)
  },
)

test('on a phone nothing is wider than the page, and axe finds nothing', async () => {
  const { page } = await browser.open({ width: 375, height: 700 })
  await page.goto(server.url)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
  expect(await axeViolations(page)).toEqual([])
  await screenshot(page, 'api-docs-phone')
})
