import { ErrorBoundary, LocationProvider } from 'preact-iso'
import { Announcements } from './components/announcements.tsx'
import { ConfirmDialog } from './components/dialog.tsx'
import { Layout } from './layout.tsx'
import { NoAccess } from './pages/error-pages.tsx'
import { Pages } from './routes.tsx'
import { role } from './session/session.ts'
import { Shortcuts } from './shortcuts.tsx'

/** The console of a person who is signed in. */
export function App() {
  return (
    <LocationProvider>
      <Layout>
        <ErrorBoundary>{role.value ? <Pages /> : <NoAccess />}</ErrorBoundary>
      </Layout>
      <ConfirmDialog />
      <Shortcuts />
      <Announcements />
    </LocationProvider>
  )
}
