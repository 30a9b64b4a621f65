import { expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { answersTaken, openConsole } from './support.ts'

const product = productForTests()
const browser = browserForTests()

type Issued = { readonly access_token: string; readonly id_token: string; readonly refresh_token: string }

/** Opens the console as an administrator; gives the tokens that the sign-in brought. */
async function signedIn() {
  let issued: Promise<Issued> | undefined
  const prepare = async (page: Page) => {
    page.on('response', (response) => {
      if (response.url().endsWith('/oauth2/token')) issued ??= response.json() as Promise<Issued>
    })
  }
  const opened = await openConsole(browser.open, product, 'administrator', { prepare, at: '/tickets' })
  if (!issued) throw new Error('no token was issued')
  return { ...opened, tokens: await issued }
}

const refreshed = (token: string) =>
  fetch(`${product.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'console' }),
  })

test('after signing out, a refresh token that somebody copied brings no token', async () => {
  const { page, tokens, faults } = await signedIn()
  let next = (await (await refreshed(tokens.refresh_token)).json()) as Issued
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(await page.evaluate(() => sessionStorage.getItem('session'))).toBeNull()
  // The page leaves while its call is under way, so the browser tells nothing of its answer.
  await eventually('the end of the session', async () => {
    const answer = await refreshed(next.refresh_token)
    if (answer.status === 200) next = (await answer.json()) as Issued
    return answer.status === 400 ? true : undefined
  })
  expect((await refreshed(tokens.refresh_token)).status).toBe(400)
  expect(faults).toEqual(noFaults)
})

test('an ID token gives no access to the API, though its signature and its groups are right', async () => {
  const { tokens } = await signedIn()
  const status = async (token: string) => {
    const answer = await product.try('/api/extensions', { headers: { authorization: `Bearer ${token}` } })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  expect(await status(tokens.access_token)).toEqual([200, null])
  expect(await status(tokens.id_token)).toEqual([401, 'Bearer error="invalid_token"'])
})

test('tokens that come after signing out are not kept for the next person', async () => {
  const { page } = await signedIn()
  let held: Route | undefined
  await page.route(/\/oauth2\/token$/, (route) => {
    held = route
  })
  // So the browser stays on the page, as it does while the sign-in is slow.
  await page.route(/\/logout\?/, (route) => route.fulfill({ status: 204 }))
  await page.route(/\/api\//, (route) => route.fulfill({ status: 401, json: {} }))
  const refresh = await eventually('the call for new tokens', () => held)
  const answer = await refresh.fetch()
  expect(answer.status()).toBe(200)
  const leaving = page.waitForRequest(/\/logout\?/)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await leaving
  await refresh.fulfill({ response: answer })
  await answersTaken(page)
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
})

test('a sign-in that is out of order for a moment ends no session', async () => {
  const { page } = await signedIn()
  let isBroken = true
  await page.route(/\/oauth2\/token$/, (route) => (isBroken ? route.fulfill({ status: 503 }) : route.continue()))
  let refused = 0
  await page.route(/\/api\/tickets\?/, (route) =>
    refused++ < 2 ? route.fulfill({ status: 401, json: {} }) : route.continue(),
  )
  await page.getByText('The helpdesk does not answer as it should.').waitFor()
  expect(await page.getByText('Your session has ended').count()).toBe(0)
  isBroken = false
  await page.getByText('The helpdesk does not answer as it should.').waitFor({ state: 'detached' })
  expect(await page.getByText('Your session has ended').count()).toBe(0)
})
