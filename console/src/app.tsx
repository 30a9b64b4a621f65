import { ErrorBoundary, LocationProvider } from 'preact-iso'
import { Frame } from './frame.tsx'
import { NoGroup } from './pages/blocked.tsx'
import { Announcements } from './parts/announce.tsx'
import { Asking } from './parts/ask.tsx'
import { Pages } from './routes.tsx'
import { role } from './session.ts'

/** The whole: the frame around the page of the address. */
export function App() {
  return (
    <LocationProvider>
      <Frame>
        <ErrorBoundary>{role.value ? <Pages /> : <NoGroup />}</ErrorBoundary>
      </Frame>
      <Asking />
      <Announcements />
    </LocationProvider>
  )
}
