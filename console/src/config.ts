/** What differs from one installation to the next; everything else is in the build. */
export type Config = {
  /** Where people sign in: `/oauth2/authorize`, `/oauth2/token` and `/logout` are below it. No slash at its end. */
  readonly signInUrl: string
  /** The client of the user pool through which they do. */
  readonly clientId: string
}

/**
 * Reads `/config.json`, which the installation writes.
 * @throws Error when it is not there or not readable
 */
export async function readConfig(): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-cache' })
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  const { signInUrl, clientId } = (await response.json()) as Partial<Config>
  if (typeof signInUrl !== 'string' || !clientId) throw new Error('config.json: signInUrl and clientId are needed')
  return { signInUrl: new URL(signInUrl, location.origin).href.replace(/\/+$/, ''), clientId }
}
