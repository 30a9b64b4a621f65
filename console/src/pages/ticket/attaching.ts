import { useState } from 'preact/hooks'
import { call, upload } from '../../api.ts'
import { asApiError } from '../../loading.ts'
import { announce } from '../../parts/announce.tsx'
import { sayError, words } from '../../words.ts'

const { attachments: say } = words

/** What X takes: X's docs, "Media best practices". */
export const TAKEN = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'video/mp4']

/** A file on its way to the API; `id` when it is there. */
export type Attached = {
  readonly key: number
  readonly file: File
  readonly preview: string
  readonly id?: string
  readonly fault?: string
}

let lastKey = 0

/** The files of a reply. @param max how many the reply may have */
export function useAttaching(max: number, onChange: () => void) {
  const [files, setFiles] = useState<readonly Attached[]>([])
  const [fault, setFault] = useState<string>()
  const change = (key: number, part: Partial<Attached>) =>
    setFiles((now) => now.map((one) => (one.key === key ? { ...one, ...part } : one)))

  const send = async ({ key, file }: Attached) => {
    try {
      const body = { contentType: file.type, size: file.size }
      const { id, uploadUrl } = await call<{ id: string; uploadUrl: string }>('POST', '/api/attachments', { body })
      await upload(uploadUrl, file)
      change(key, { id })
      announce(say.attached(file.name))
    } catch (thrown) {
      const error = asApiError(thrown)
      change(key, { fault: `${say.failed}. ${sayError(error).text}` })
    }
    onChange()
  }

  return {
    files,
    fault,
    isUploading: files.some(({ id, fault: failed }) => !id && !failed),
    ids: files.flatMap(({ id }) => (id ? [id] : [])),
    add(given: readonly File[]) {
      const wrong = given.find(({ type }) => !TAKEN.includes(type))
      const room = files.length + given.length <= max && isTogether([...files.map(({ file }) => file), ...given])
      setFault(wrong ? `${wrong.name} ${say.kind}` : room ? undefined : max === 1 ? say.one : say.tooMany)
      if (wrong || !room) return
      const added = given.map((file) => ({ key: ++lastKey, file, preview: URL.createObjectURL(file) }))
      setFiles([...files, ...added])
      for (const one of added) void send(one)
    },
    remove(key: number) {
      const gone = files.find((one) => one.key === key)
      if (gone) URL.revokeObjectURL(gone.preview)
      setFiles(files.filter((one) => one.key !== key))
      setFault(undefined)
      onChange()
    },
    clear: () => setFiles([]),
  }
}

/** A GIF or a video stands alone. */
function isTogether(files: readonly File[]): boolean {
  return files.length === 1 || files.every(({ type }) => type.startsWith('image/') && type !== 'image/gif')
}
