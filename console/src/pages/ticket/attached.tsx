import { IconButton } from '../../parts/button.tsx'
import { words } from '../../words.ts'
import type { Attached } from './attaching.ts'

const { attachments: say } = words

/** The files of a reply that is being written. */
export function AttachedFiles({ files, onRemove }: { files: readonly Attached[]; onRemove: (key: number) => void }) {
  if (files.length === 0) return null
  return (
    <ul class="attached">
      {files.map(({ key, file, preview, id, fault }) => (
        <li key={key} class={fault ? 'broken' : id ? '' : 'busy'}>
          {file.type.startsWith('image/') ? (
            <img src={preview} alt="" />
          ) : (
            <video src={preview} muted preload="metadata" />
          )}
          <span class="small">
            {file.name} {fault ?? (id ? '' : say.uploading)}
          </span>
          <IconButton icon="close" label={say.remove(file.name)} onClick={() => onRemove(key)} />
        </li>
      ))}
    </ul>
  )
}
