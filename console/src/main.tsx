import './style/tokens.css'
import './style/base.css'
import './style/cards.css'
import './style/tables.css'
import './style/badges.css'
import './style/buttons.css'
import './style/controls.css'
import './style/feedback.css'
import './style/charts.css'
import './style/layout.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { signInMessages } from './messages/error-pages.ts'
import { layoutMessages } from './messages/layout.ts'
import { SignInFailed } from './pages/error-pages.tsx'
import { readConfig } from './session/config.ts'
import { config, tokens } from './session/session.ts'
import { finishSignIn, isCallbackPage, signIn } from './session/sign-in.ts'
import { guardNavigation } from './unsaved-changes.ts'

const container = document.getElementById('app') ?? document.body

/** Renders nothing until it is known who is signed in. */
async function start(): Promise<void> {
  const outcome = await ensureSignedIn()
  if (outcome === 'redirecting') return
  if (outcome !== 'signed-in') {
    render(<SignInFailed reason={outcome.failed} />, container)
    return
  }
  guardNavigation()
  render(<App />, container)
}

async function ensureSignedIn(): Promise<'signed-in' | 'redirecting' | { readonly failed: string }> {
  try {
    config.value = await readConfig()
  } catch (error) {
    console.error(error)
    return { failed: navigator.onLine ? signInMessages.noConfig : layoutMessages.connection.offline }
  }
  if (!window.isSecureContext) return { failed: signInMessages.insecure }
  try {
    if (isCallbackPage()) {
      const returnTo = await finishSignIn()
      if (returnTo === null) return { failed: signInMessages.failed }
      history.replaceState(null, '', returnTo)
    }
  } catch {
    return { failed: signInMessages.unreachable }
  }
  if (tokens.value) return 'signed-in'
  await signIn()
  return 'redirecting'
}

void start()
