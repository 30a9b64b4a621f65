import type { ComponentChildren } from 'preact'
import { commonMessages } from '../messages/common.ts'

type ExternalLinkProps = {
  readonly href: string
  readonly children: ComponentChildren
  readonly className?: string
}

/** A link that opens in a new tab. The other site learns nothing about the console. */
export function ExternalLink({ href, children, className }: ExternalLinkProps) {
  return (
    <a class={className} href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      <span class="visually-hidden"> {commonMessages.newTab}</span>
    </a>
  )
}
