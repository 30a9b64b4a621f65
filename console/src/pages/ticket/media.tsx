import { useRef, useState } from 'preact/hooks'
import { IconButton } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import type { Attachment } from '../../shapes.ts'
import { words } from '../../words.ts'
import { Outside, webAddress } from './text.tsx'

const { media: say } = words
const wantsRest = () => matchMedia('(prefers-reduced-motion: reduce)').matches

/** The pictures and films of a message. @param from whose they are, for who does not see them */
export function Media({ attachments, from }: { attachments: readonly Attachment[]; from: string }) {
  if (attachments.length === 0) return null
  return (
    <div class={`media count-${Math.min(attachments.length, 4)}`}>
      {attachments.map((one) => (
        <One key={one.id} attachment={one} from={from} />
      ))}
    </div>
  )
}

function One({ attachment, from }: { attachment: Attachment; from: string }) {
  const [isBroken, setBroken] = useState(false)
  const { type, status, contentType } = attachment
  const url = webAddress(attachment.url)
  const alt = say.alt(say[type], from)
  const onError = () => setBroken(true)
  if (status !== 'stored' || !url)
    return <Placeholder attachment={attachment} text={say[status === 'stored' ? 'unavailable' : status]} />
  if (isBroken) return <Placeholder attachment={attachment} text={say.broken} url={url} />
  const isPicture = type === 'photo' || (contentType?.startsWith('image/') ?? false)
  if (isPicture) {
    return (
      <a class="media-item" href={url} target="_blank" rel="noopener noreferrer">
        <img src={url} alt={alt} loading="lazy" onError={onError} />
        <span class="for-readers"> {words.newTab}</span>
      </a>
    )
  }
  if (type === 'animated_gif') return <Gif attachment={attachment} url={url} alt={alt} onError={onError} />
  return (
    <div class="media-item">
      {/* biome-ignore lint/a11y/useMediaCaption: X has no captions of people's films */}
      <video
        src={url}
        controls
        playsInline
        preload="metadata"
        aria-label={alt}
        poster={webAddress(attachment.previewUrl) ?? undefined}
        onError={onError}
      />
    </div>
  )
}

/** A GIF, which X gives as a film without sound: it plays by itself unless the person wants things to rest. */
function Gif(props: { attachment: Attachment; url: string; alt: string; onError: () => void }) {
  const film = useRef<HTMLVideoElement>(null)
  const [isPlaying, setPlaying] = useState(!wantsRest())
  const toggle = () => {
    if (film.current?.paused) void film.current.play()
    else film.current?.pause()
  }
  return (
    <div class="media-item gif">
      <video
        ref={film}
        src={props.url}
        autoPlay={!wantsRest()}
        muted
        loop
        playsInline
        aria-label={props.alt}
        poster={webAddress(props.attachment.previewUrl) ?? undefined}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={props.onError}
      />
      <IconButton icon={isPlaying ? 'pause' : 'play'} label={isPlaying ? say.pause : say.play} onClick={toggle} />
    </div>
  )
}

function Placeholder({ attachment, text, url }: { attachment: Attachment; text: string; url?: string }) {
  return (
    <div class="media-item missing">
      <Icon name={attachment.type === 'photo' ? 'image' : 'play'} size={24} />
      <span>
        {say[attachment.type]} {text}
      </span>
      {url && <Outside href={url}>{say.open}</Outside>}
    </div>
  )
}
