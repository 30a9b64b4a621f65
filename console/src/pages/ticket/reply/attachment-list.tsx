import { IconButton } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { attachmentMessages as t } from '../../../messages/ticket.ts'
import type { DraftFile } from './drafts.ts'

type AttachmentListProps = {
  readonly files: readonly DraftFile[]
  readonly onRemove: (key: string) => void
}

/** The files of a reply before it is sent, with their upload status. */
export function AttachmentList({ files, onRemove }: AttachmentListProps) {
  if (files.length === 0) return null
  return (
    <ul class="attachments">
      {files.map(({ key, name, type, previewUrl, id, error }) => (
        <li key={key} class={error ? 'failed' : id ? '' : 'uploading'}>
          <Preview type={type} url={previewUrl} />
          <span class="small">
            {name} {error ?? (id ? '' : t.uploading)}
          </span>
          <IconButton icon="close" label={t.remove(name)} onClick={() => onRemove(key)} />
        </li>
      ))}
    </ul>
  )
}

function Preview({ type, url }: { type: string; url: string | null }) {
  if (url === null) return <Icon name="attach" />
  return type.startsWith('image/') ? <img src={url} alt="" /> : <video src={url} muted preload="metadata" />
}
