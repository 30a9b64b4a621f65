/**
 * Does on X's page what a person does: chooses the account and presses a button.
 * @returns where X sends the browser
 */
export async function decideOnX(authorizeUrl: string, userId: string, decision: 'allow' | 'cancel'): Promise<URL> {
  const page = await fetch(authorizeUrl)
  if (page.status !== 200) throw new Error(`the authorize page answers ${page.status}`)
  const token = new URL(authorizeUrl).searchParams.get('oauth_token') ?? ''
  const form = new URLSearchParams({ oauth_token: token, user_id: userId, decision })
  const answer = await fetch(new URL('/oauth/authorize', authorizeUrl), {
    method: 'POST',
    body: form,
    redirect: 'manual',
  })
  const location = answer.headers.get('location')
  if (!location) throw new Error(`X sends the browser nowhere: ${answer.status}`)
  return new URL(location)
}
