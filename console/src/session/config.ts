/** Settings that differ between installations; everything else is in the build. */
export type Config = {
  /** Base of `/oauth2/authorize`, `/oauth2/token` and `/logout`, without a trailing slash. */
  readonly signInUrl: string
  /** The console's client in the user pool. */
  readonly clientId: string
  /** False where the deployment has left search out. */
  readonly hasSearch: boolean
}

/**
 * Reads `/config.json`, which the deployment writes.
 * @throws Error when the file is missing or incomplete
 */
export async function readConfig(): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-cache' })
  if (!response.ok) throw new Error(`config.json: HTTP status ${response.status}`)
  const { signInUrl, clientId, hasSearch = true } = (await response.json()) as Partial<Config>
  if (typeof signInUrl !== 'string' || !clientId) throw new Error('config.json needs signInUrl and clientId')
  return { signInUrl: new URL(signInUrl, location.origin).href.replace(/\/+$/, ''), clientId, hasSearch }
}
