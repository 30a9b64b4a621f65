import type { ShownFile } from '../view.ts'

/** Pictures and videos of a comment, and links to its other files. */
export const Files = ({ files, by }: { readonly files: readonly ShownFile[]; readonly by: string }) =>
  files.length === 0 ? null : (
    <div class={`media count-${Math.min(files.length, 4)}`}>
      {files.map((file) => (
        <OneFile key={file.src} file={file} by={by} />
      ))}
    </div>
  )

function OneFile({ file: { src, name, contentType, size }, by }: { readonly file: ShownFile; readonly by: string }) {
  const label = `${name}, from ${by}`
  if (contentType.startsWith('image/')) {
    return (
      <a class="media-item" href={src} target="_blank" rel="noopener">
        <img src={src} alt={label} />
      </a>
    )
  }
  if (contentType.startsWith('video/')) {
    return (
      <div class="media-item">
        {/* biome-ignore lint/a11y/useMediaCaption: what customers film has no captions */}
        <video src={src} controls preload="metadata" aria-label={label} />
      </div>
    )
  }
  return (
    <a href={src} target="_blank" rel="noopener">
      {name} ({Math.ceil(size / 1024)} KB)
    </a>
  )
}
