const HUES = 6

/** Profile picture of a person, or the initials when there is none. `size` is in pixels. */
export function Avatar(props: { name: string; url?: string | null; size?: number; isAgent?: boolean }) {
  const { name, url, size = 36, isAgent } = props
  const [first = '?', ...others] = name.split(/\s+/).map((word) => [...word.replace(/^@/, '')][0]?.toUpperCase() ?? '')
  const hue = [...name].reduce((sum, one) => sum + (one.codePointAt(0) ?? 0), 0) % HUES
  // X's default picture is the same for everybody; initials tell people apart.
  const isPicture = url?.startsWith('https://') && !url.includes('/default_profile')
  return (
    <span
      class={isAgent ? 'avatar agent' : `avatar hue-${hue}`}
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
