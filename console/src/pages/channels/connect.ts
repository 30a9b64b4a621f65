import { call } from '../../api/client.ts'

/** Redirects to X, where the person allows access to an account. X returns to the channel's page. @throws ApiError */
export async function redirectToX(): Promise<void> {
  const { authorizeUrl } = await call<{ authorizeUrl: string }>('POST', '/api/channels/twitter/connect')
  location.assign(authorizeUrl)
  // Never resolves, so that the button stays busy until the browser has left.
  await new Promise(() => {})
}
