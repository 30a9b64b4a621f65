/** SVG paths of line icons, 24 by 24. */
const paths = {
  tickets: 'M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z M8 9.5h8 M8 13h5',
  channels:
    'M12 12h.01 M8.5 8.5a5 5 0 0 0 0 7 M15.5 8.5a5 5 0 0 1 0 7 M5.5 5.5a9.2 9.2 0 0 0 0 13 M18.5 5.5a9.2 9.2 0 0 1 0 13',
  reports: 'M4 20h16 M7 16v-5 M12 16V5 M17 16V9',
  extensions:
    'M10 4a2 2 0 0 1 4 0v2h4a1 1 0 0 1 1 1v4h-2a2 2 0 0 0 0 4h2v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-4h1.5a2 2 0 0 0 0-4H5V7a1 1 0 0 1 1-1h4V4Z',
  webhooks: 'M4 12h11 M11 8l4 4-4 4 M19 5v14',
  audit: 'M6 4h12v16H6z M9 8.5h6 M9 12h6 M9 15.5h3',
  signOut: 'M10 4H5v16h5 M15 8l4 4-4 4 M19 12H10',
  more: 'M5 12h.01 M12 12h.01 M19 12h.01',
  plus: 'M12 5v14 M5 12h14',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15L6 17Z M10 21h4',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12 M18 6 6 18',
  check: 'M5 12.5l4.5 4.5L19 7',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z M12 7.5V12l3 2',
  warning: 'M12 4 2.8 20h18.4L12 4Z M12 10v4.5 M12 17.2v.1',
  question: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z M9.6 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8 M12 16.8v.1',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z M12 11v5.5 M12 7.6v.1',
  offline: 'M3 3l18 18 M8.5 15.5a5 5 0 0 1 7 0 M5 12a10 10 0 0 1 4-2.4 M19 12a10 10 0 0 0-5-2.7 M12 19h.01',
  reply: 'M9 6 4 11l5 5 M4 11h9a6 6 0 0 1 6 6v1',
  attach: 'M19 11.5l-7.6 7.6a5 5 0 0 1-7-7L12 4.4a3.3 3.3 0 0 1 4.7 4.7l-7.6 7.5a1.7 1.7 0 0 1-2.4-2.3l6.8-6.8',
  external: 'M13 5h6v6 M19 5l-9 9 M17 14v5H5V7h5',
  play: 'M8 5.5v13l10.5-6.5L8 5.5Z',
  pause: 'M8.5 5v14 M15.5 5v14',
  retry: 'M20 11a8 8 0 1 0-2.3 6 M20 5v6h-6',
  /** A private message. */
  envelope: 'M4 6h16v12H4z M4 7l8 6 8-6',
  /** An encrypted message, and nothing else. */
  lock: 'M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  globe:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z M3.5 12h17 M12 3c2.5 2.4 3.8 5.4 3.8 9s-1.3 6.6-3.8 9c-2.5-2.4-3.8-5.4-3.8-9S9.5 5.4 12 3Z',
  download: 'M12 4v11 M7 11l5 5 5-5 M5 20h14',
  image: 'M4 5h16v14H4z M4 16l5-5 4 4 3-2.5 4 3.5 M15.5 9h.01',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z M4.5 20c1-3.8 4-5.5 7.5-5.5s6.5 1.7 7.5 5.5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z M15.5 15.5 20 20',
  filter: 'M4 7h16 M7 12h10 M10 17h4',
  x: 'M5 4.5l14 15 M18.5 4.5 5.5 19.5',
} as const

export type IconName = keyof typeof paths

/** Hidden from screen readers: a text or label beside it says the same. `size` is in pixels. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      data-icon={name}
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === 'play' ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  )
}
