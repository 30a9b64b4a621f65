import { people } from './clients.ts'

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
<title>${title}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 20rem; margin: 15vh auto; padding: 0 1rem }
  label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
  input { margin: 0 0 1rem; padding: .4rem } button { padding: .5rem } .problem { color: #b00020 }
</style>
<h1>${title}</h1>
${content}
`

/** The page on which people sign in; with a problem and what was typed when it did not work. */
export function signInPage(failed?: { readonly username: string }): string {
  const names = Object.entries(people).map(([name, { password }]) => `<b>${name}</b> with <b>${password}</b>`)
  const problem = failed ? '<p class="problem" role="alert">That name and password do not go together.</p>' : ''
  return page(
    'Sign in',
    `${problem}<form method="post">
  <label for="username">Name</label>
  <input id="username" name="username" autocomplete="username" required autofocus value="${escapeHtml(failed?.username ?? '')}">
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Sign in</button>
</form>
<p>On this machine: ${names.join(', or ')}.</p>`,
  )
}

/** A page that says in words what is wrong. */
export const problemPage = (sentence: string): string =>
  page('That did not work', `<p role="alert">${escapeHtml(sentence)}</p>`)
