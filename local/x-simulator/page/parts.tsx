import type { ComponentChildren } from 'preact'
import type { ShownMedia, ShownUser } from '../page.ts'

/** A person's initial in their colour. */
export function Avatar({ user: { name, username, colour } }: { readonly user: ShownUser }) {
  const initial = [...(name.trim() || username)][0] ?? '?'
  return (
    <span class={`avatar ${colour}`} aria-hidden="true">
      {initial.toUpperCase()}
    </span>
  )
}

/** A sentence about what went wrong, if anything did. */
export const Fault = ({ id, children }: { readonly id?: string; readonly children: string | null | undefined }) =>
  children ? (
    <p class="notice danger" role="alert" id={id}>
      {children}
    </p>
  ) : null

export const Chip = (props: { readonly colour: 'good' | 'bad' | 'plain'; readonly children: ComponentChildren }) => (
  <span class={`chip ${props.colour}`}>{props.children}</span>
)

/**
 * A button that can be switched off without losing the focus that it may have.
 */
export function Action(props: {
  readonly act: () => void
  readonly isOff?: boolean
  readonly isDanger?: boolean
  readonly children: ComponentChildren
}) {
  const { act, isOff = false, isDanger = false, children } = props
  return (
    <button
      class={isDanger ? 'button danger' : 'button'}
      type="button"
      aria-disabled={isOff || undefined}
      onClick={() => isOff || act()}
    >
      {children}
    </button>
  )
}

/** What a list shows that has no items yet. */
export const Empty = (props: { readonly user: ShownUser; readonly title: string; readonly hint: string }) => (
  <div class="empty">
    <Avatar user={props.user} />
    <strong>{props.title}</strong>
    {props.hint}
  </div>
)

/** A text with its mentions and hashtags highlighted. */
export function Tagged({ text }: { readonly text: string }) {
  const parts = text.split(/((?<![\w@#])[@#]\w+)/)
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          <span class="tag" key={index}>
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </>
  )
}

/**
 * A picture, or a video with controls.
 * @param by the name of its author
 * @param onLoad called when its height is known
 */
export function Figure(props: { readonly media: ShownMedia; readonly by: string; readonly onLoad?: () => void }) {
  const { media, by, onLoad } = props
  if (media.kind === 'video') {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what people film has no captions
      <video
        class="media"
        src={media.src}
        controls
        preload="metadata"
        aria-label={`Video from ${by}`}
        onLoadedMetadata={onLoad}
      />
    )
  }
  return (
    <img
      class="media"
      src={media.src}
      alt={`${media.kind === 'photo' ? 'Picture' : 'GIF'} from ${by}`}
      onLoad={onLoad}
    />
  )
}
