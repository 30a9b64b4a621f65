import type { View } from '../view.ts'

/**
 * Calls the stand-in and returns the body of the answer.
 * @throws Error with a sentence for the person at the page
 */
export async function call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, { method, signal: AbortSignal.timeout(10_000), ...json }).catch(() => {
    throw new Error('The stand-in for Usedesk does not answer. Is it still running?')
  })
  const answer = await response.json().catch(() => null)
  if (!response.ok) throw new Error(answer?.error ?? `The stand-in for Usedesk answers ${response.status}.`)
  return answer
}

/** @param openId the ticket that is open on the page; null for none */
export const fetchView = (openId: number | null) => call('GET', `/page/view?open=${openId ?? ''}`) as Promise<View>

/** A file as the control calls take it. */
export async function encoded(file: File): Promise<{ name: string; contentType: string; base64: string }> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error(`The browser cannot read ${file.name}.`))
    reader.readAsDataURL(new Blob([bytes]))
  })
  return { name: file.name, contentType: file.type, base64: url.slice(url.indexOf(',') + 1) }
}

export const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
