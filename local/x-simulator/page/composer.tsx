import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type EncodedFile, encoded, sentenceOf } from './api.ts'
import { Fault } from './parts.tsx'

const types = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'video/mp4']
const maxMegabytes = 15

export type Written = { readonly text: string; readonly files: readonly EncodedFile[] }

export type ComposerProps = {
  readonly id: string
  /** What is written, and what the button does. */
  readonly label: string
  readonly action: string
  readonly maxFiles: number
  readonly text: string
  readonly onText: (text: string) => void
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly hint?: string | null
  /** What stands above the text: what is answered or quoted. */
  readonly children?: ComponentChildren
  /** Throws an error whose message the form shows. */
  readonly send: (written: Written) => Promise<void>
}

/** A form for a text and files. Enter sends, Shift and Enter begin a new line. */
export function Composer(props: ComposerProps) {
  const { id, label, action, maxFiles, text, onText, field, hint, send, children } = props
  const [files, setFiles] = useState<readonly File[]>([])
  const [fault, setFault] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)

  const attach = (added: readonly File[]) => {
    const chosen = maxFiles === 1 ? added.slice(-1) : [...files, ...added]
    const problem = problemOf(chosen, maxFiles)
    setFault(problem)
    if (problem === null) setFiles(chosen)
    field.current?.focus()
  }
  const submit = async () => {
    if (isSending) return
    const written = text.trim()
    if (written === '' && files.length === 0) return setFault('Write a text or attach a file.')
    setIsSending(true)
    try {
      await send({ text: written, files: await Promise.all(files.map(encoded)) })
      setFiles([])
      setFault(null)
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setIsSending(false)
    }
  }

  return (
    <form
      class="composer"
      id={id}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {children}
      {files.length > 0 && (
        <ul class="previews" aria-label="Attached">
          {files.map((file) => (
            <Preview
              key={file}
              file={file}
              remove={() => {
                setFiles(files.filter((one) => one !== file))
                field.current?.focus()
              }}
            />
          ))}
        </ul>
      )}
      {hint && <p class="hint">{hint}</p>}
      <Fault>{fault}</Fault>
      <div class="line">
        <label class="clip" for={`${id}-file`} title="Attach a picture, GIF or video">
          <input
            class="picker"
            id={`${id}-file`}
            type="file"
            accept={types.join(',')}
            multiple={maxFiles > 1}
            aria-label="Attach a picture, GIF or video"
            onChange={({ currentTarget }) => {
              const chosen = [...(currentTarget.files ?? [])]
              currentTarget.value = ''
              attach(chosen)
            }}
          />
        </label>
        <textarea
          id={`${id}-text`}
          ref={field}
          rows={1}
          aria-label={label}
          placeholder={label}
          value={text}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            void submit()
          }}
        />
        <button class="send" type="submit" aria-label={action} title={action} aria-disabled={isSending || undefined} />
      </div>
    </form>
  )
}

function Preview({ file, remove }: { readonly file: File; readonly remove: () => void }) {
  const src = useMemo(() => URL.createObjectURL(file), [file])
  useEffect(() => () => URL.revokeObjectURL(src), [src])
  return (
    <li>
      {file.type.startsWith('video/') ? (
        // biome-ignore lint/a11y/useMediaCaption: what people film has no captions
        <video src={src} aria-label={file.name} />
      ) : (
        <img src={src} alt={file.name} />
      )}
      <button class="close" type="button" aria-label={`Remove ${file.name}`} onClick={remove}>
        ×
      </button>
    </li>
  )
}

/** What is answered, quoted or changed, with a button that gives it up. */
export const Context = (props: { readonly what: string; readonly text: string; readonly cancel: () => void }) => (
  <div class="context">
    <span>
      <strong>{props.what}</strong> {props.text}
    </span>
    <button class="close" type="button" aria-label="Cancel" onClick={props.cancel}>
      ×
    </button>
  </div>
)

/** Why X would refuse these files. Null if it would not. */
function problemOf(files: readonly File[], maxFiles: number): string | null {
  const unknown = files.find(({ type }) => !types.includes(type))
  if (unknown) return `${unknown.name} is not a PNG, JPEG, WebP, GIF or MP4.`
  const large = files.find(({ size }) => size > maxMegabytes * 1024 * 1024)
  if (large) return `${large.name} is larger than ${maxMegabytes} MB.`
  const hasVideo = files.some(({ type }) => type === 'image/gif' || type.startsWith('video/'))
  if (hasVideo && files.length > 1) return 'Attach a GIF or a video alone.'
  return files.length > maxFiles ? `Attach at most ${maxFiles} pictures.` : null
}
