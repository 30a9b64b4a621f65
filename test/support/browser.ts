import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import type { AxeResults, ImpactValue } from 'axe-core'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const root = join(import.meta.dirname, '..', '..')
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Starts a headless Chromium: `CHROMIUM_PATH`, or one installed on the machine, or the one that comes from npm.
 * It reaches this machine only. To be ended with `close()`.
 * @throws Error that says what to do when none starts
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || installed() || fromNpm()
  try {
    return await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
      ],
    })
  } catch (error) {
    throw new Error(`${executablePath} does not start. ${remedy}`, { cause: error })
  }
}

const remedy = 'Install Chromium (apt-get install chromium), or set CHROMIUM_PATH to the program of one.'

function installed(): string | undefined {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)].filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Unpacks the Chromium of npm into the temporary folder of the machine, once. The folder takes its place whole,
 * so that of several test files each finds either all of it or none.
 */
function fromNpm(): string {
  const manifest = join(root, 'node_modules', '@sparticuz', 'chromium', 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const folder = join(tmpdir(), `helpdesk-chromium-${version}`)
  if (!existsSync(folder)) {
    const unpacking = mkdtempSync(`${folder}-`)
    try {
      const script = "import('@sparticuz/chromium').then((one) => one.default.executablePath())"
      execFileSync(process.execPath, ['-e', script], { cwd: root, env: { ...process.env, TMPDIR: unpacking } })
      renameSync(unpacking, folder)
    } catch (error) {
      rmSync(unpacking, { recursive: true, force: true })
      if (!existsSync(folder)) throw new Error(`There is no Chromium on this machine. ${remedy}`, { cause: error })
    }
  }
  return join(folder, 'chromium')
}

/** What a page did that no page of ours should do; each list is empty when all is well. */
export type Faults = {
  /** Errors in the console, and those that nobody caught. */
  readonly errors: string[]
  /** What the content security policy kept from happening: the directive and what it was about. */
  readonly cspViolations: string[]
  /** Addresses on other machines that were asked for (and not reached). */
  readonly foreignRequests: string[]
}

export type OpenedPage = { readonly page: Page; readonly context: BrowserContext; readonly faults: Faults }

export type PageOptions = {
  /** Pixels; 1280 by 800 when not said. */
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  /** More of playwright's own: a storage state, permissions, a locale, `bypassCSP` … */
  readonly context?: BrowserContextOptions
}

/** Opens an empty page with cookies and storage of its own, and records from then on what is wrong with it. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<OpenedPage> {
  const { width = 1280, height = 800, colorScheme = 'light' } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options.context,
  })
  context.setDefaultTimeout(60_000)
  const faults: Faults = { errors: [], cspViolations: [], foreignRequests: [] }
  await context.exposeFunction('__violated', (violation: string) => void faults.cspViolations.push(violation))
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) =>
      __violated(event.effectiveDirective + ': ' + (event.blockedURI || event.sample)))`,
  )
  context.on('console', (message) => {
    if (message.type() === 'error') faults.errors.push(`${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => faults.errors.push(String(error.error())))
  context.on('request', (request) => {
    if (isForeign(request.url())) faults.foreignRequests.push(request.url())
  })
  return { page: await context.newPage(), context, faults }
}

/** A browser for the tests of one file. */
export type TestBrowser = {
  /** @throws Error before the first test, when it has not started */
  launched(): Browser
  /** Opens a page that is closed after the test. */
  open(options?: PageOptions): Promise<OpenedPage>
}

/** Starts a browser before the first test of a file, and ends it after the last. */
export function browserForTests(): TestBrowser {
  let browser: Browser | undefined
  const opened: OpenedPage[] = []
  const launched = () => {
    if (!browser) throw new Error('The browser starts before the first test.')
    return browser
  }
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ context }) => context.close()))
  })
  afterAll(() => browser?.close())
  return {
    launched,
    async open(options) {
      const one = await openPage(launched(), options)
      opened.push(one)
      return one
    },
  }
}

/** No fault at all: `expect(faults).toEqual(noFaults)`. */
export const noFaults: Faults = { errors: [], cspViolations: [], foreignRequests: [] }

function isForeign(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return /^(https?|wss?):$/.test(protocol) && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** What axe finds wrong with a page as it stands: the rule, how bad it is, and where. */
export type AxeViolation = {
  readonly id: string
  readonly impact: ImpactValue | undefined
  readonly help: string
  /** CSS selectors. */
  readonly at: readonly string[]
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Everything that axe finds on the page, whatever its impact. A strict content security policy is no hindrance. */
export async function axeViolations(page: Page): Promise<AxeViolation[]> {
  await page.evaluate(axe)
  // Only what is reported: every passed element, handed over as well, takes longer than the check.
  const run = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`
  const violations = (await page.evaluate(run)) as AxeResults['violations']
  return violations.map(({ id, impact, help, nodes }) => ({
    id,
    impact,
    help,
    at: nodes.map(({ target }) => target.join(' ')),
  }))
}

/** Keeps a picture of the page, as long as it is, as `screenshots/NAME.png` (git ignores them), to be looked at; returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = join(root, 'screenshots')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  return path
}
