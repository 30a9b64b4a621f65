/** @import { View } from '../page.ts' */

/**
 * A call of the simulator.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @throws {Error} with a sentence for the person at the page
 */
export async function call(method, path, body) {
  const request = { method, signal: AbortSignal.timeout(10_000), ...(body && { body: JSON.stringify(body) }) }
  const response = await fetch(path, request).catch(() => {
    throw new Error('The simulated X does not answer. Is it still running?')
  })
  const answer = await response.json().catch(() => null)
  if (!response.ok) throw new Error(answer?.error ?? `The simulated X answers ${response.status}.`)
  return answer
}

/**
 * What there is to see.
 * @param {string} person an id
 * @param {string} shop an id
 * @returns {Promise<View>}
 */
export const look = (person, shop) => call('GET', `/page/view?${new URLSearchParams({ person, shop })}`)

/**
 * A file as the simulator takes it.
 * @param {File} file
 * @returns {Promise<{ contentType: string, base64: string }>}
 */
export async function encoded(file) {
  const reader = new FileReader()
  await new Promise((resolve, reject) => {
    reader.onload = resolve
    reader.onerror = () => reject(new Error(`${file.name} is not to be read.`))
    reader.readAsDataURL(file)
  })
  const dataUrl = String(reader.result)
  return { contentType: file.type, base64: dataUrl.slice(dataUrl.indexOf(',') + 1) }
}
