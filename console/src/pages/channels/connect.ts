import { call } from '../../api/client.ts'

/** Longer than a browser usually takes to leave. */
const LEAVING_MS = 5_000

/**
 * Redirects to X, where the person allows access to an account. X returns to the channel's page.
 * @param channelId the channel that is to be connected again; nothing to add one
 * @throws Problem
 */
export async function redirectToX(channelId?: string): Promise<void> {
  const { authorizeUrl } = await call('POST /api/channels/twitter/connect', { query: { channelId } })
  location.assign(authorizeUrl)
  // The button stays busy until the browser has left; or for a while, if the person chose to stay.
  await new Promise((resolve) => setTimeout(resolve, LEAVING_MS))
}
