import { timingSafeEqual } from 'node:crypto'
import { errors, type Provider } from 'oidc-provider'
import { consoleClient, isPerson, type PersonName, type SignInSecrets } from './clients.ts'
import { errorPage, signInPage } from './pages.ts'

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

const signInPath = '/sign-in/'
const logoutPath = '/logout'
const maxFormBytes = 10_000

/** The path of the sign-in page for an interaction of the provider. */
export const signInUrl = (uid: string): string => `${signInPath}${uid}`

/** True for the paths of the sign-in page and of sign-out. */
export const isForPeople = (path: string): boolean => path.startsWith(signInPath) || path === logoutPath

/**
 * Serves the sign-in page and `/logout?client_id=&logout_uri=`, which redirects to `logoutUrls` only.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
export function servePeople(provider: Provider, logoutUrls: readonly string[], secrets: SignInSecrets): void {
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith(signInPath)) await signIn(provider, ctx, secrets)
    else if (ctx.path === logoutPath) await signOut(provider, ctx, logoutUrls)
    else await next()
  })
}

async function signIn(provider: Provider, ctx: Context, secrets: SignInSecrets): Promise<void> {
  ctx.set('cache-control', 'no-store')
  ctx.type = 'html'
  try {
    await provider.interactionDetails(ctx.req, ctx.res)
    if (ctx.method !== 'POST') {
      ctx.body = signInPage(secrets)
      return
    }
    const form = await readForm(ctx)
    const username = form.get('username')?.trim() ?? ''
    if (!isPassword(secrets, username, form.get('password') ?? '')) {
      ctx.status = 401
      ctx.body = signInPage(secrets, { username })
      return
    }
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: username } }))
    ctx.status = 303
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
    ctx.status = 400
    ctx.body = errorPage('This sign-in has expired, or you started it in another browser. Go back and sign in again.')
  }
}

async function signOut(provider: Provider, ctx: Context, logoutUrls: readonly string[]): Promise<void> {
  const { client_id: clientId, logout_uri: target } = ctx.query
  if (clientId !== consoleClient.id || typeof target !== 'string' || !logoutUrls.includes(target)) {
    ctx.status = 400
    ctx.type = 'html'
    ctx.body = errorPage('client_id must be that of the console, and logout_uri its address.')
    return
  }
  const session = await provider.Session.get(ctx)
  await session.destroy()
  ctx.cookies.set(provider.cookieName('session'), null)
  ctx.redirect(target)
}

function isPassword(secrets: SignInSecrets, name: string, given: string): name is PersonName {
  if (!isPerson(name)) return false
  const [a, b] = [Buffer.from(given), Buffer.from(secrets.of[name])]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function readForm(ctx: Context): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxFormBytes) ctx.throw(413)
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
