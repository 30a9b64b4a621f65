import { call } from '../../api.ts'

/** Sends the browser to X, where the person allows the account; X sends it back to the channel's page. @throws ApiError */
export async function goToX(): Promise<void> {
  const { authorizeUrl } = await call<{ authorizeUrl: string }>('POST', '/api/channels/twitter/connect')
  location.assign(authorizeUrl)
  // Until the browser has left, the button goes on saying that it is busy.
  await new Promise(() => {})
}
