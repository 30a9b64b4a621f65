/** @import { View } from '../page.ts' */

/**
 * Calls the simulator and returns the body of the answer.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @throws {Error} with a message for the person at the page
 */
export async function call(method, path, body) {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const request = { method, signal: AbortSignal.timeout(10_000), ...json }
  const response = await fetch(path, request).catch(() => {
    throw new Error('The X simulator does not answer. Is it still running?')
  })
  const answer = await response.json().catch(() => null)
  if (!response.ok) throw new Error(answer?.error ?? `The X simulator answers ${response.status}.`)
  return answer
}

/**
 * Fetches the data of the page.
 * @param {string} person an id
 * @param {string} shop an id
 * @returns {Promise<View>}
 */
export const fetchView = (person, shop) => call('GET', `/page/view?${new URLSearchParams({ person, shop })}`)

/**
 * Encodes a file for a call of the simulator.
 * @param {File} file
 * @returns {Promise<{ contentType: string, base64: string }>}
 */
export async function encodeFile(file) {
  const reader = new FileReader()
  await new Promise((resolve, reject) => {
    reader.onload = resolve
    reader.onerror = () => reject(new Error(`The browser cannot read ${file.name}.`))
    reader.readAsDataURL(file)
  })
  const dataUrl = String(reader.result)
  return { contentType: file.type, base64: dataUrl.slice(dataUrl.indexOf(',') + 1) }
}
