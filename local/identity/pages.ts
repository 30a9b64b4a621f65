import { type PersonName, people, type SignInSecrets } from './clients.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

const page = (title: string, content: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="/favicon.svg">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; --ink: #181c28; --faint: #5c6579; --bg: #f4f5f9; --card: #fff; --line: #868fa3; --accent: #3451d1; --bad: #a61d2f }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #eef0f6; --faint: #9ba4b6; --bg: #0f1219; --card: #171b24; --line: #6f788c; --accent: #4a63dd; --bad: #ff9da8 }
  }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0; padding: 12vh 1rem 2rem; background: var(--bg); color: var(--ink) }
  main { max-width: 22rem; margin: auto; padding: 2rem; box-sizing: border-box; background: var(--card); border-radius: .75rem; box-shadow: 0 1px 8px #0001 }
  h1 { margin: 0 0 1.5rem; font-size: 1.5rem }
  label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
  label { font-weight: 600 }
  input { margin: .25rem 0 1rem; padding: .5rem .75rem; font-size: 1rem; color: inherit; background: none; border: 1px solid var(--line); border-radius: .4rem }
  button { padding: .6rem; border: 0; border-radius: .4rem; color: #fff; background: var(--accent); font-weight: 600; cursor: pointer }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  p { color: var(--faint) } p:last-child { margin-bottom: 0 } .problem { color: var(--bad) }
</style>
<main>
<h1>${title}</h1>
${content}
</main>
`

/** The sign-in page. It shows public passwords only. After a failed attempt it shows an error and keeps the user name. */
export function signInPage(secrets: SignInSecrets, failed?: { readonly username: string }): string {
  const names = (Object.keys(people) as PersonName[]).map((name) =>
    secrets.file ? `<b>${name}</b>` : `<b>${name}</b> with <b>${secrets.of[name]}</b>`,
  )
  const where = secrets.file ? ` The passwords are in ${escapeHtml(secrets.file)}.` : ''
  const problem = failed ? '<p class="problem" role="alert">Wrong name or password.</p>' : ''
  return page(
    'Sign in',
    `${problem}<form method="post">
  <label for="username">Name</label>
  <input id="username" name="username" autocomplete="username" required autofocus value="${escapeHtml(failed?.username ?? '')}">
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Sign in</button>
</form>
<p>On this machine, sign in as ${names.join(' or ')}.${where}</p>`,
  )
}

/** A page that shows an error. */
export const errorPage = (sentence: string): string =>
  page('Sign-in failed', `<p role="alert">${escapeHtml(sentence)}</p>`)
