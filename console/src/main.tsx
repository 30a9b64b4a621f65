import './style/tokens.css'
import './style/base.css'
import './style/blocks.css'
import './style/marks.css'
import './style/buttons.css'
import './style/controls.css'
import './style/notices.css'
import './style/figures.css'
import './style/frame.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { readConfig } from './config.ts'
import { watchLeaving } from './leaving.ts'
import { Blocked } from './pages/blocked.tsx'
import { config, tokens } from './session.ts'
import { finishSigningIn, isSignedInPage, signIn } from './sign-in.ts'
import { words } from './words.ts'

const place = document.getElementById('app') ?? document.body

/** Nobody sees a page before it is known who it is. */
async function start(): Promise<void> {
  const problem = await enter()
  if (problem === 'leaving') return
  if (problem) render(<Blocked text={problem} />, place)
  else {
    watchLeaving()
    render(<App />, place)
  }
}

/** Null when somebody is signed in, otherwise why not; `leaving` while the browser goes to the sign-in page. */
async function enter(): Promise<string | null> {
  try {
    config.value = await readConfig()
  } catch (error) {
    console.error(error)
    return navigator.onLine ? words.entering.noConfig : words.network.offline
  }
  if (!window.isSecureContext) return words.entering.insecure
  try {
    if (isSignedInPage()) {
      const back = await finishSigningIn()
      if (back === null) return words.entering.failed
      history.replaceState(null, '', back)
    }
  } catch {
    return words.entering.unreachable
  }
  if (tokens.value) return null
  await signIn()
  return 'leaving'
}

void start()
