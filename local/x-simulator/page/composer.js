import { encodeFile } from './api.js'
import { make, showMessage } from './dom.js'

const types = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'video/mp4']
const maxMegabytes = 15

/** @typedef {{ text: string, files: { contentType: string, base64: string }[] }} Written */

/**
 * Fills a form for writing: a text, files, a button to send. Enter sends, Shift and Enter begin a new line.
 * @param {HTMLFormElement} form an empty form
 * @param {{ label: string, action: string, maxFiles: number, send: (written: Written) => Promise<void>, changed?: (text: string) => void }} options
 *   `send` throws an error whose message the form shows
 */
export function composer(form, { label, action, maxFiles, send, changed = () => {} }) {
  /** @type {File[]} */
  let files = []
  const name = form.id
  const context = make('div', { class: 'context', hidden: true })
  const previews = make('ul', { class: 'previews', hidden: true, 'aria-label': 'Attached' })
  const errorPlace = make('p', { class: 'alert', role: 'alert', hidden: true })
  const hint = make('p', { class: 'hint', hidden: true })
  const text = make('textarea', { id: `${name}-text`, rows: '1', 'aria-label': label, placeholder: label })
  const picker = make('input', {
    class: 'picker',
    id: `${name}-file`,
    type: 'file',
    accept: types.join(','),
    multiple: maxFiles > 1,
    'aria-label': 'Attach a picture, GIF or video',
    change: () => attach([...(picker.files ?? [])]),
  })
  const clip = make('label', { class: 'clip', for: `${name}-file`, title: 'Attach a picture, GIF or video' }, picker)
  const button = make('button', { class: 'send', 'aria-label': action, title: action })
  form.append(context, previews, hint, errorPlace, make('div', { class: 'line' }, clip, text, button))

  const draw = () => {
    for (const image of previews.querySelectorAll('[src]')) URL.revokeObjectURL(image.getAttribute('src') ?? '')
    previews.replaceChildren(
      ...files.map((file) => {
        const src = URL.createObjectURL(file)
        const isVideo = file.type.startsWith('video/')
        const remove = () => {
          files = files.filter((one) => one !== file)
          draw()
          text.focus()
        }
        return make(
          'li',
          {},
          isVideo ? make('video', { src, 'aria-label': file.name }) : make('img', { src, alt: file.name }),
          make('button', { type: 'button', 'aria-label': `Remove ${file.name}`, click: remove }, '×'),
        )
      }),
    )
    previews.hidden = files.length === 0
    grow()
  }

  /** @param {File[]} added */
  const attach = (added) => {
    picker.value = ''
    const chosen = maxFiles === 1 ? added.slice(-1) : [...files, ...added]
    const error = errorOf(chosen, maxFiles)
    showMessage(errorPlace, error)
    if (error === null) files = chosen
    draw()
    text.focus()
  }

  // Makes the field as high as its text. CSS sets the maximum.
  const grow = () => {
    text.style.height = 'auto'
    text.style.height = `${text.scrollHeight + 2}px`
    changed(text.value)
  }

  /** @param {string} value */
  const begin = (value) => {
    text.value = value
    grow()
  }

  let sending = false
  const submit = async () => {
    if (sending) return
    const written = text.value.trim()
    if (written === '' && files.length === 0) return showMessage(errorPlace, 'Write a text or attach a file.')
    sending = true
    button.setAttribute('aria-disabled', 'true')
    try {
      await send({ text: written, files: await Promise.all(files.map(encodeFile)) })
      files = []
      showMessage(errorPlace, null)
      draw()
    } catch (error) {
      showMessage(errorPlace, error instanceof Error ? error.message : String(error))
    } finally {
      sending = false
      button.removeAttribute('aria-disabled')
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  text.addEventListener('input', grow)
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  })

  return {
    text,
    /** The place above the text that shows the post to reply to or to quote. */
    context,
    /** Replaces the text. */
    begin,
    /** @param {string} label */
    setLabel(label) {
      text.setAttribute('aria-label', label)
      text.placeholder = label
    },
    /** @param {string | null} sentence */
    showHint: (sentence) => showMessage(hint, sentence),
  }
}

/**
 * Returns why X would refuse these files, or null.
 * @param {readonly File[]} files
 * @param {number} maxFiles
 */
function errorOf(files, maxFiles) {
  const unknown = files.find(({ type }) => !types.includes(type))
  if (unknown) return `${unknown.name} is not a PNG, JPEG, WebP, GIF or MP4.`
  const large = files.find(({ size }) => size > maxMegabytes * 1024 * 1024)
  if (large) return `${large.name} is larger than ${maxMegabytes} MB.`
  const hasVideo = files.some(({ type }) => type === 'image/gif' || type.startsWith('video/'))
  if (hasVideo && files.length > 1) return 'Attach a GIF or a video alone.'
  return files.length > maxFiles ? `Attach at most ${maxFiles} pictures.` : null
}
