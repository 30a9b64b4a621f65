import type { View } from '../page.ts'

/** A file as the control calls take it. */
export type EncodedFile = { readonly contentType: string; readonly base64: string }

/**
 * Calls the simulator and returns the body of the answer.
 * @throws Error with a sentence for the person at the page
 */
export async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, { method, signal: AbortSignal.timeout(10_000), ...json }).catch(() => {
    throw new Error('The X simulator does not answer. Is it still running?')
  })
  const answer = await response.json().catch(() => null)
  if (!response.ok) throw new Error(answer?.error ?? `The X simulator answers ${response.status}.`)
  return answer
}

/** What the person `person` sees, who writes to the account `shop`; both are ids. */
export const fetchView = (person: string, shop: string) =>
  call('GET', `/page/view?${new URLSearchParams({ person, shop })}`) as Promise<View>

export async function encoded(file: File): Promise<EncodedFile> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error(`The browser cannot read ${file.name}.`))
    reader.readAsDataURL(file)
  })
  return { contentType: file.type, base64: url.slice(url.indexOf(',') + 1) }
}

export const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
