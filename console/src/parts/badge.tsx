import { words } from '../words.ts'

type Status = keyof typeof words.statuses

/** The status of a ticket, by colour and by word. */
export function StatusBadge({ status }: { status: Status }) {
  return <span class={`badge status-${status}`}>{words.statuses[status] ?? status}</span>
}

/** The state of a channel. */
export function ChannelBadge({ status }: { status: keyof typeof words.channelStates }) {
  return <span class={`badge channel-${status}`}>{words.channelStates[status]}</span>
}

/** The picture of a person, or the first letters of the name where there is none to load. */
export function Avatar(props: { name: string; url?: string | null; size?: number; isOurs?: boolean }) {
  const { name, url, size = 36, isOurs } = props
  const [first = '?', ...others] = name.split(/\s+/).map((word) => [...word.replace(/^@/, '')][0]?.toUpperCase() ?? '')
  const hue = [...name].reduce((sum, one) => sum + (one.codePointAt(0) ?? 0), 0) % 6
  // X's own picture for those who have none says less than the letters of a name.
  const isPicture = url?.startsWith('https://') && !url.includes('/default_profile')
  return (
    <span
      class={isOurs ? 'avatar ours' : `avatar hue-${hue}`}
      style={{ width: `${size}px`, height: `${size}px` }}
      aria-hidden="true"
    >
      {first + (others.at(-1) ?? '')}
      {isPicture && (
        <img
          src={url ?? ''}
          alt=""
          loading="lazy"
          referrerpolicy="no-referrer"
          onError={(event) => event.currentTarget.remove()}
        />
      )}
    </span>
  )
}
