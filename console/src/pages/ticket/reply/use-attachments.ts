import { useState } from 'preact/hooks'
import { call, toProblem, upload } from '../../../api/client.ts'
import { announce } from '../../../components/announcements.tsx'
import { describeError } from '../../../messages/errors.ts'
import { attachmentMessages as t } from '../../../messages/ticket.ts'
import { changeDraft, type DraftFile, type DraftPlace, draftAt, releasePreview } from './drafts.ts'

/** Source: https://docs.x.com/x-api/media/quickstart/best-practices */
export const ACCEPTED_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'video/mp4']

/**
 * Uploads the files of a draft as soon as they are added.
 * @param maxFiles how many files the reply may have
 */
export function useAttachments(place: DraftPlace, maxFiles: number) {
  const [error, setError] = useState<string>()
  const { files } = draftAt(place).value
  /** Changes the files as they are by then. */
  const change = (to: (now: readonly DraftFile[]) => readonly DraftFile[]) =>
    changeDraft(place, { files: to(draftAt(place).value.files) })
  const update = (key: string, more: Partial<DraftFile>) =>
    change((now) => now.map((one) => (one.key === key ? { ...one, ...more } : one)))

  const uploadFile = async (key: string, file: File) => {
    try {
      const body = { contentType: file.type, size: file.size }
      const { id, uploadUrl } = await call('POST /api/attachments', { body })
      await upload(uploadUrl, file)
      update(key, { id })
      announce(t.attached(file.name))
    } catch (thrown) {
      update(key, { error: `${t.failed} ${describeError(toProblem(thrown)).text}` })
    }
  }

  return {
    files,
    error,
    /** True while a file of the reply could not be uploaded: without it the reply would not be what the agent wrote. */
    hasFailed: files.some((one) => one.error !== undefined),
    isUploading: files.some((one) => !one.id && !one.error),
    ids: files.flatMap(({ id }) => (id ? [id] : [])),
    add(added: readonly File[]) {
      const refused = refusalOf(files, added, maxFiles)
      setError(refused)
      if (refused) return
      for (const file of added) {
        const key = crypto.randomUUID()
        const { name, type } = file
        change((now) => [...now, { key, name, type, previewUrl: URL.createObjectURL(file) }])
        void uploadFile(key, file)
      }
    },
    remove(key: string) {
      for (const file of files) if (file.key === key) releasePreview(file)
      change((now) => now.filter((one) => one.key !== key))
      setError(undefined)
    },
  }
}

type Typed = { readonly type: string }

/** Why the files cannot be added; undefined when they can. A GIF or video must be the only file. */
function refusalOf(present: readonly Typed[], added: readonly File[], maxFiles: number): string | undefined {
  const wrong = added.find(({ type }) => !ACCEPTED_TYPES.includes(type))
  if (wrong) return t.wrongType(wrong.name)
  const all = [...present, ...added]
  const areStillPictures = all.every(({ type }) => type.startsWith('image/') && type !== 'image/gif')
  if (all.length <= maxFiles && (all.length === 1 || areStillPictures)) return undefined
  return maxFiles === 1 ? t.onlyOne : t.tooMany
}
