import { pageHeaders } from '../served-page.ts'
import type { Answer } from './http.ts'
import { colourOf } from './page.ts'
import type { User } from './state.ts'
import { escapeHtml } from './text.ts'

/**
 * The page on which a person authorizes the app.
 * @param users the accounts to choose from
 * @param fault the error of the last attempt
 */
export function authorizePage(token: string, users: readonly User[], fault?: string): Answer {
  const choices = users.map(
    (user, index) => `
        <label class="choice">
          <input type="radio" name="user_id" value="${user.id}"${index === 0 ? ' checked' : ''}>
          <span class="avatar ${colourOf(user.id)}" aria-hidden="true">${escapeHtml(([...user.name][0] ?? '?').toUpperCase())}</span>
          <span><strong>${escapeHtml(user.name)}</strong><span class="muted">@${escapeHtml(user.username)}</span></span>
        </label>`,
  )
  return page(
    fault ? 400 : 200,
    'Authorize Helpdesk to access your account?',
    `
    ${fault ? `<p class="notice danger" role="alert">${escapeHtml(fault)}</p>` : ''}
    <p>With your permission, <strong>Helpdesk</strong> will</p>
    <ul>
      <li>read and send posts of this account</li>
      <li>read and send its direct messages</li>
      <li>be notified when somebody writes to it</li>
    </ul>
    <form method="post" action="/oauth/authorize">
      <input type="hidden" name="oauth_token" value="${escapeHtml(token)}">
      <fieldset>
        <legend>Account</legend>${choices.join('')}
      </fieldset>
      <div class="actions">
        <button class="button primary" name="decision" value="allow">Allow</button>
        <button class="button" name="decision" value="cancel">Cancel</button>
      </div>
    </form>
    <p class="muted">This is the X simulator. Nothing leaves this machine.</p>`,
  )
}

/** Shows the PIN after Allow, when the app uses no callback (`oob`). */
export function pinPage(pin: string): Answer {
  return page(200, 'Enter this PIN to finish', `<p class="pin"><strong>${escapeHtml(pin)}</strong></p>`)
}

/** The page after Cancel, when the app uses no callback (`oob`). */
export function cancelledPage(): Answer {
  return page(200, 'Cancelled', '<p>Helpdesk got no access. You can close this page.</p>')
}

/** The page for a request token that is unknown or already used. */
export function invalidTokenPage(): Answer {
  return page(
    403,
    'Whoa there!',
    '<p>The request token for this page is invalid. It may have already been used, or expired because it is too old. Please go back to the site or application that sent you here and try again.</p>',
  )
}

function page(status: number, title: string, content: string): Answer {
  const body = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  <link rel="icon" href="/page/icon.svg">
  <link rel="stylesheet" href="/page/main.css">
</head>
<body class="sheet-page">
  <main class="sheet">
    <img class="logo" src="/page/icon.svg" alt="" width="48" height="48">
    <h1>${title}</h1>${content}
  </main>
</body>
</html>
`
  return { status, body, headers: pageHeaders }
}
