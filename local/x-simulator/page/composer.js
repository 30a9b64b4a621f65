import { encoded } from './calls.js'
import { make, say } from './dom.js'

const types = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'video/mp4']
const largest = 15

/** @typedef {{ text: string, files: { contentType: string, base64: string }[] }} Written */

/**
 * Where something is written: a text, files, a button to send. Enter sends, Shift and Enter begin a new line.
 * @param {HTMLFormElement} form an empty one
 * @param {{ label: string, action: string, most: number, send: (written: Written) => Promise<void>, changed?: (text: string) => void }} options
 *   `most`: how many files; `send` gets what was written, and throws a sentence when it does not work
 */
export function composer(form, { label, action, most, send, changed = () => {} }) {
  /** @type {File[]} */
  let files = []
  const name = form.id
  const context = make('div', { class: 'context', hidden: true })
  const previews = make('ul', { class: 'previews', hidden: true, 'aria-label': 'Attached' })
  const fault = make('p', { class: 'alert', role: 'alert', hidden: true })
  const hint = make('p', { class: 'hint', hidden: true })
  const text = make('textarea', { id: `${name}-text`, rows: '1', 'aria-label': label, placeholder: label })
  const picker = make('input', {
    class: 'picker',
    id: `${name}-file`,
    type: 'file',
    accept: types.join(','),
    multiple: most > 1,
    'aria-label': 'Attach a picture, GIF or video',
    change: () => attach([...(picker.files ?? [])]),
  })
  const clip = make('label', { class: 'clip', for: `${name}-file`, title: 'Attach a picture, GIF or video' }, picker)
  const button = make('button', { class: 'send', 'aria-label': action, title: action })
  form.append(context, previews, hint, fault, make('div', { class: 'line' }, clip, text, button))

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
    const wanted = most === 1 ? added.slice(-1) : [...files, ...added]
    const problem = faultOf(wanted, most)
    say(fault, problem)
    if (problem === null) files = wanted
    draw()
    text.focus()
  }

  // As high as what is written, up to what the style allows.
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
    if (written === '' && files.length === 0) return say(fault, 'Write something, or attach a picture.')
    sending = true
    button.setAttribute('aria-disabled', 'true')
    try {
      await send({ text: written, files: await Promise.all(files.map(encoded)) })
      files = []
      say(fault, null)
      draw()
    } catch (error) {
      say(fault, error instanceof Error ? error.message : String(error))
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
    /** Above the text: what this is an answer to. */
    context,
    /** Begins anew with this text. */
    begin,
    /** @param {string} words */
    describe(words) {
      text.setAttribute('aria-label', words)
      text.placeholder = words
    },
    /** @param {string | null} sentence */
    advise: (sentence) => say(hint, sentence),
  }
}

/**
 * What X would not take, in words; null when all is well.
 * @param {readonly File[]} files
 * @param {number} most
 */
function faultOf(files, most) {
  const unknown = files.find(({ type }) => !types.includes(type))
  if (unknown) return `${unknown.name} is no PNG, JPEG, WebP, GIF or MP4.`
  const large = files.find(({ size }) => size > largest * 1024 * 1024)
  if (large) return `${large.name} is larger than ${largest} MB.`
  const alone = files.some(({ type }) => type === 'image/gif' || type.startsWith('video/'))
  if (alone && files.length > 1) return 'A GIF or a video goes alone.'
  return files.length > most ? `At most ${most} pictures go together.` : null
}
