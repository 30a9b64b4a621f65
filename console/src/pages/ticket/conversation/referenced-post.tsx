import type { Message, ParentPost, QuotedPost } from '../../../../../client/src/calls.ts'
import { ExternalLink } from '../../../components/external-link.tsx'
import { postUrl, webUrl } from '../../../links.ts'
import { mediaMessages, conversationMessages as t } from '../../../messages/ticket.ts'
import { PictureLink } from './message-media.tsx'
import { MessageText } from './message-text.tsx'

type ReferencedPostProps = {
  readonly post: ParentPost | QuotedPost | null | undefined
  readonly title: string
  /** True if what is missing of it may still come. */
  readonly isAwaited: boolean
}

/** A post that a message quotes or replies to. */
export function ReferencedPost({ post, title, isAwaited }: ReferencedPostProps) {
  if (!post) return null
  const { author, text } = post
  const attachments = 'attachments' in post ? post.attachments : []
  const isUnavailable = 'status' in post && post.status === 'unavailable'
  const href = webUrl(post.url) ?? postUrl(post.id, author?.username)
  const name = author?.name ?? author?.username ?? ''
  return (
    <blockquote class="referenced-post">
      <p class="muted small">
        {title}
        {name && <strong> {name}</strong>}
        {author?.username && ` @${author.username}`}
        {href && (
          <>
            {' · '}
            <ExternalLink href={href}>{t.seeOnX}</ExternalLink>
          </>
        )}
      </p>
      {text && <MessageText text={text} />}
      {!text && attachments.length === 0 && (isUnavailable || isAwaited) && (
        <p class="muted">{isUnavailable ? t.referenceUnavailable : t.referencePending}</p>
      )}
      <Pictures attachments={attachments} from={name} href={href} />
    </blockquote>
  )
}

type PicturesProps = {
  readonly attachments: NonNullable<Message['quoted']>['attachments']
  readonly from: string
  readonly href: string | null
}

/** Pictures, and previews of videos, which people watch on X. */
function Pictures({ attachments, from, href }: PicturesProps) {
  const pictures = attachments.flatMap(({ type, url, previewUrl }) => {
    const src = webUrl(previewUrl ?? (type === 'photo' ? url : null))
    return src ? [{ type, src, target: type === 'photo' ? src : (href ?? src) }] : []
  })
  if (pictures.length === 0) return null
  return (
    <div class={`media count-${Math.min(pictures.length, 4)}`}>
      {pictures.map(({ type, src, target }) => (
        <PictureLink key={src} src={src} href={target} alt={mediaMessages.alt(mediaMessages[type], from)} isFromX />
      ))}
    </div>
  )
}
