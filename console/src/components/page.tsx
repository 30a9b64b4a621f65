import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { titleTab } from '../alerts/title.ts'
import { Icon } from './icon.tsx'

let isFirstPage = true

export type PageProps = {
  readonly title: string
  readonly intro?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly back?: { readonly href: string; readonly text: string }
  readonly children: ComponentChildren
  readonly isWide?: boolean
  /** True while it stands beside another page, which then has the title. */
  readonly isAside?: boolean
}

/** A page with its heading. The heading gets the focus when somebody navigates to the page, unless the page has set it. */
export function Page({ title, intro, actions, back, children, isWide, isAside = false }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (isAside) return
    const hasFocus = heading.current?.closest('.page')?.contains(document.activeElement)
    if (!isFirstPage && !hasFocus) heading.current?.focus({ preventScroll: true })
    isFirstPage = false
  }, [isAside])
  useEffect(() => {
    if (!isAside) titleTab(title)
  }, [title, isAside])
  return (
    <div class={isWide ? 'page wide' : 'page'}>
      {back && (
        <a class="back-link" href={back.href} data-shortcut="u">
          <Icon name="back" size={16} />
          {back.text}
        </a>
      )}
      <header class="page-header">
        <div>
          {isAside ? (
            <h2>{title}</h2>
          ) : (
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
          )}
          {intro && <p class="intro">{intro}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A section of a page in a box. */
export function Card(props: { title?: string; intro?: ComponentChildren; children: ComponentChildren; id?: string }) {
  return (
    <section class="card" aria-labelledby={props.title && props.id ? `${props.id}-title` : undefined} id={props.id}>
      {props.title && <h2 id={props.id && `${props.id}-title`}>{props.title}</h2>}
      {props.intro && <p class="card-intro">{props.intro}</p>}
      {props.children}
    </section>
  )
}
