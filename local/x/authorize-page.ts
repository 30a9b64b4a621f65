import type { User } from './state.ts'
import { escapeHtml } from './text.ts'

/**
 * The page on which a person allows or refuses the app.
 * @param users the accounts to choose from, @param fault what was wrong with the last try
 */
export function authorizePage(token: string, users: readonly User[], fault?: string): string {
  const choices = users.map(
    (user, index) => `
        <label><input type="radio" name="user_id" value="${user.id}"${index === 0 ? ' checked' : ''}>
          ${escapeHtml(user.name)} <span>@${escapeHtml(user.username)}</span></label>`,
  )
  return page(
    'Authorize Helpdesk to access your account?',
    `
    ${fault ? `<p role="alert">${escapeHtml(fault)}</p>` : ''}
    <p>It will read and send posts and direct messages for this account. This is a simulation: nothing leaves this machine.</p>
    <form method="post" action="/oauth/authorize">
      <input type="hidden" name="oauth_token" value="${escapeHtml(token)}">
      <fieldset>
        <legend>Account</legend>${choices.join('')}
      </fieldset>
      <button name="decision" value="allow">Allow</button>
      <button name="decision" value="cancel">Cancel</button>
    </form>`,
  )
}

/** What a person who came without a callback is shown: the verifier to type. */
export function pinPage(pin: string): string {
  return page('Enter this PIN to finish', `<p><strong>${escapeHtml(pin)}</strong></p>`)
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <style>
    :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }
    main { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
    label { display: block; padding: 0.4rem 0; }
    fieldset { margin: 1.5rem 0; }
    button { font: inherit; padding: 0.5rem 1.5rem; margin-right: 0.5rem; }
  </style>
</head>
<body>
  <main>
    <h1>${title}</h1>${content}
  </main>
</body>
</html>
`
}
