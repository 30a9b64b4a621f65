import { useRef, useState } from 'preact/hooks'
import type { Attachment } from '../../../../../client/src/calls.ts'
import { IconButton } from '../../../components/button.tsx'
import { ExternalLink } from '../../../components/external-link.tsx'
import { Icon } from '../../../components/icon.tsx'
import { webUrl } from '../../../links.ts'
import { commonMessages } from '../../../messages/common.ts'
import { mediaMessages as t } from '../../../messages/ticket.ts'

const prefersReducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches

/** The pictures, GIFs and videos of a message. @param from name of the author, for the alternative texts */
export function MessageMedia({ attachments, from }: { attachments: readonly Attachment[]; from: string }) {
  if (attachments.length === 0) return null
  return (
    <div class={`media count-${Math.min(attachments.length, 4)}`}>
      {attachments.map((one) => (
        <MediaItem key={one.id} attachment={one} from={from} />
      ))}
    </div>
  )
}

function MediaItem({ attachment, from }: { attachment: Attachment; from: string }) {
  const [isBroken, setBroken] = useState(false)
  const { type, status, contentType, reason, nextTryAt } = attachment
  const url = webUrl(attachment.url)
  const alt = t.alt(t[type], from)
  const handleError = () => setBroken(true)
  if (status !== 'stored' || !url)
    return <Placeholder attachment={attachment} text={t[textOf(status, nextTryAt)]} reason={reason} />
  if (isBroken) return <Placeholder attachment={attachment} text={t.broken} url={url} />
  const isPicture = type === 'photo' || (contentType?.startsWith('image/') ?? false)
  if (isPicture) return <PictureLink src={url} href={url} alt={alt} onError={handleError} />
  if (type === 'animated_gif') return <Gif attachment={attachment} url={url} alt={alt} onError={handleError} />
  return (
    <div class="media-item">
      {/* biome-ignore lint/a11y/useMediaCaption: X has no captions for videos of its users */}
      <video
        src={url}
        controls
        playsInline
        preload="metadata"
        aria-label={alt}
        poster={webUrl(attachment.previewUrl) ?? undefined}
        onError={handleError}
      />
    </div>
  )
}

type PictureLinkProps = {
  readonly src: string
  readonly href: string
  readonly alt: string
  /** Loads the picture from X itself, without telling X which page shows it. */
  readonly isFromX?: boolean
  readonly onError?: () => void
}

/** A picture that opens in a new tab. */
export function PictureLink({ src, href, alt, isFromX, onError }: PictureLinkProps) {
  return (
    <a class="media-item" href={href} target="_blank" rel="noopener noreferrer">
      <img src={src} alt={alt} loading="lazy" referrerpolicy={isFromX ? 'no-referrer' : undefined} onError={onError} />
      <span class="visually-hidden"> {commonMessages.newTab}</span>
    </a>
  )
}

/** A GIF, which X delivers as a silent video. It plays at once unless the person prefers reduced motion. */
function Gif(props: { attachment: Attachment; url: string; alt: string; onError: () => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [isPlaying, setPlaying] = useState(!prefersReducedMotion())
  const toggle = () => {
    // A video that is still loading counts as paused, and yet is about to play: what the button says counts.
    if (!isPlaying) return void video.current?.play()
    video.current?.pause()
    setPlaying(false)
  }
  return (
    <div class="media-item gif">
      <video
        ref={video}
        src={props.url}
        autoPlay={!prefersReducedMotion()}
        muted
        loop
        playsInline
        aria-label={props.alt}
        poster={webUrl(props.attachment.previewUrl) ?? undefined}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={props.onError}
      />
      <IconButton icon={isPlaying ? 'pause' : 'play'} label={isPlaying ? t.pause : t.play} onClick={toggle} />
    </div>
  )
}

/** The text for a file that is not there. */
function textOf(
  status: Attachment['status'],
  nextTryAt: Attachment['nextTryAt'],
): 'pending' | 'unavailable' | 'givenUp' {
  if (status === 'unavailable') return nextTryAt === null ? 'givenUp' : 'unavailable'
  return status === 'pending' ? 'pending' : 'unavailable'
}

type PlaceholderProps = {
  readonly attachment: Attachment
  readonly text: string
  readonly reason?: string | null
  readonly url?: string
}

function Placeholder({ attachment, text, reason, url }: PlaceholderProps) {
  return (
    <div class="media-item placeholder">
      <Icon name={attachment.type === 'photo' ? 'image' : 'play'} size={24} />
      <span>
        {t[attachment.type]} {text}
      </span>
      {reason && <span class="small muted">{t.reason(reason)}</span>}
      {url && <ExternalLink href={url}>{t.open}</ExternalLink>}
    </div>
  )
}
