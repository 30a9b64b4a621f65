import { IconButton } from '../../../components/button.tsx'
import { attachmentMessages as t } from '../../../messages/ticket.ts'
import type { DraftAttachment } from './use-attachments.ts'

type AttachmentListProps = {
  readonly files: readonly DraftAttachment[]
  readonly onRemove: (key: number) => void
}

/** The files of a reply before it is sent, with their upload status. */
export function AttachmentList({ files, onRemove }: AttachmentListProps) {
  if (files.length === 0) return null
  return (
    <ul class="attachments">
      {files.map(({ key, file, previewUrl, id, error }) => (
        <li key={key} class={error ? 'failed' : id ? '' : 'uploading'}>
          {file.type.startsWith('image/') ? (
            <img src={previewUrl} alt="" />
          ) : (
            <video src={previewUrl} muted preload="metadata" />
          )}
          <span class="small">
            {file.name} {error ?? (id ? '' : t.uploading)}
          </span>
          <IconButton icon="close" label={t.remove(file.name)} onClick={() => onRemove(key)} />
        </li>
      ))}
    </ul>
  )
}
