import type { ComponentChild } from 'preact'

/** What an editor of comments makes. Of other elements only their content is shown. */
const shown = ['p', 'br', 'div', 'b', 'strong', 'i', 'em', 'u', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code'] as const

/** Elements whose content is no text. */
const dropped = ['script', 'style', 'template', 'title', 'noscript', 'iframe', 'object']

/** Shows HTML that somebody else wrote: no script, style, picture or address of it takes effect, apart from links. */
export function Html({ of }: { readonly of: string }) {
  const { body } = new DOMParser().parseFromString(of, 'text/html')
  return <div class="html">{contentOf(body)}</div>
}

const contentOf = (node: Node): ComponentChild[] => [...node.childNodes].map(nodeOf)

function nodeOf(node: Node): ComponentChild {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent
  if (!(node instanceof Element)) return null
  const name = node.tagName.toLowerCase()
  if (dropped.includes(name)) return null
  if (name === 'a') return linkOf(node)
  const Tag = shown.find((one) => one === name)
  if (Tag === 'br') return <br />
  return Tag ? <Tag>{contentOf(node)}</Tag> : contentOf(node)
}

function linkOf(node: Element): ComponentChild {
  const href = node.getAttribute('href') ?? ''
  if (!/^https?:\/\//i.test(href)) return contentOf(node)
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {contentOf(node)}
    </a>
  )
}
