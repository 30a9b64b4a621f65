import type { Message, PostBeside } from '../../shapes.ts'
import { words } from '../../words.ts'
import { Outside, postAddress, Text, webAddress } from './text.tsx'

const { message: say } = words

/** A post that stands beside a message: quoted in it, or answered by it. */
export function Beside({ post, title }: { post: PostBeside | null | undefined; title: string }) {
  if (!post) return null
  const { author, text } = post
  const attachments = 'attachments' in post ? post.attachments : []
  const isGone = 'status' in post && post.status === 'unavailable'
  const href = webAddress(post.url) ?? postAddress(post.id, author?.username)
  const name = author?.name ?? author?.username ?? ''
  return (
    <blockquote class="beside">
      <p class="faint small">
        {title}
        {name && <strong> {name}</strong>}
        {author?.username && ` @${author.username}`}
        {href && (
          <>
            {' · '}
            <Outside href={href}>{say.onX}</Outside>
          </>
        )}
      </p>
      {text ? (
        <Text text={text} />
      ) : (
        attachments.length === 0 && <p class="faint">{isGone ? say.besideGone : say.besideMissing}</p>
      )}
      <Pictures attachments={attachments} from={name} href={href} />
    </blockquote>
  )
}

/** Of films beside a message only the picture is shown: they are played on X. */
function Pictures(props: {
  attachments: NonNullable<Message['quoted']>['attachments']
  from: string
  href: string | null
}) {
  const shown = props.attachments.flatMap(({ type, url, previewUrl }) => {
    const src = webAddress(previewUrl ?? (type === 'photo' ? url : null))
    return src ? [{ type, src, to: type === 'photo' ? src : (props.href ?? src) }] : []
  })
  if (shown.length === 0) return null
  return (
    <div class={`media count-${Math.min(shown.length, 4)}`}>
      {shown.map(({ type, src, to }) => (
        <a key={src} class="media-item" href={to} target="_blank" rel="noopener noreferrer">
          <img
            src={src}
            alt={words.media.alt(words.media[type], props.from)}
            loading="lazy"
            referrerpolicy="no-referrer"
          />
          <span class="for-readers"> {words.newTab}</span>
        </a>
      ))}
    </div>
  )
}

/** What a post said before it was edited on X. */
export function Versions({ versions = [] }: { versions: Message['versions'] }) {
  if (versions.length === 0) return null
  return (
    <details class="versions small">
      <summary>
        {say.edited(versions.length)} · {say.earlier}
      </summary>
      {versions.map(({ externalId, text, entities }) => (
        <Text key={externalId} text={text} entities={entities} />
      ))}
    </details>
  )
}
