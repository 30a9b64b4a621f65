import { useEffect, useRef, useState } from 'preact/hooks'
import { call, toProblem, upload } from '../../../api/client.ts'
import { announce } from '../../../components/announcements.tsx'
import { describeError } from '../../../messages/errors.ts'
import { attachmentMessages as t } from '../../../messages/ticket.ts'

/** Source: https://docs.x.com/x-api/media/quickstart/best-practices */
export const ACCEPTED_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'video/mp4']

/** A file of a reply that is not sent yet. */
export type DraftAttachment = {
  readonly key: number
  readonly file: File
  readonly previewUrl: string
  /** Attachment ID of the API; undefined until the upload is finished. */
  readonly id?: string
  readonly error?: string
}

let lastKey = 0

/**
 * Uploads the files of a reply as soon as they are added.
 * @param maxFiles how many files the reply may have
 * @param onChange called when the attachments of the reply have changed
 */
export function useAttachments(maxFiles: number, onChange: () => void) {
  const [files, setFiles] = useState<readonly DraftAttachment[]>([])
  const [error, setError] = useState<string>()
  const latest = useRef(files)
  latest.current = files
  const isGone = useRef(false)
  useEffect(
    () => () => {
      isGone.current = true
      // The browser keeps the bytes of a file until its preview is released.
      release(latest.current)
    },
    [],
  )
  const update = (key: number, change: Partial<DraftAttachment>) =>
    setFiles((now) => now.map((one) => (one.key === key ? { ...one, ...change } : one)))

  const uploadFile = async ({ key, file }: DraftAttachment) => {
    try {
      const body = { contentType: file.type, size: file.size }
      const { id, uploadUrl } = await call('POST /api/attachments', { body })
      await upload(uploadUrl, file)
      update(key, { id })
      announce(t.attached(file.name))
    } catch (thrown) {
      update(key, { error: `${t.failed} ${describeError(toProblem(thrown)).text}` })
    }
    if (!isGone.current) onChange()
  }

  return {
    files,
    error,
    /** True while a file of the reply could not be uploaded: without it the reply would not be what the agent wrote. */
    hasFailed: files.some((one) => one.error !== undefined),
    isUploading: files.some((one) => !one.id && !one.error),
    ids: files.flatMap(({ id }) => (id ? [id] : [])),
    add(added: readonly File[]) {
      const refused = refusalOf(
        files.map(({ file }) => file),
        added,
        maxFiles,
      )
      setError(refused)
      if (refused) return
      const drafts = added.map((file) => ({ key: ++lastKey, file, previewUrl: URL.createObjectURL(file) }))
      setFiles([...files, ...drafts])
      for (const one of drafts) void uploadFile(one)
    },
    remove(key: number) {
      const removed = files.find((one) => one.key === key)
      if (removed) URL.revokeObjectURL(removed.previewUrl)
      setFiles(files.filter((one) => one.key !== key))
      setError(undefined)
      onChange()
    },
    clear() {
      release(files)
      setFiles([])
    },
  }
}

function release(files: readonly DraftAttachment[]): void {
  for (const { previewUrl } of files) URL.revokeObjectURL(previewUrl)
}

/** Why the files cannot be added; undefined when they can. A GIF or video must be the only file. */
function refusalOf(present: readonly File[], added: readonly File[], maxFiles: number): string | undefined {
  const wrong = added.find(({ type }) => !ACCEPTED_TYPES.includes(type))
  if (wrong) return t.wrongType(wrong.name)
  const all = [...present, ...added]
  const areStillPictures = all.every(({ type }) => type.startsWith('image/') && type !== 'image/gif')
  if (all.length <= maxFiles && (all.length === 1 || areStillPictures)) return undefined
  return maxFiles === 1 ? t.onlyOne : t.tooMany
}
