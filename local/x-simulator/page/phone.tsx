import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { ShownPost, ShownUser, View } from '../page.ts'
import { call, sentenceOf } from './api.ts'
import { Composer, Context, type Written } from './composer.tsx'
import { type ChatDraft, Messages } from './messages.tsx'
import { Posts } from './posts.tsx'
import { timeOfDay } from './time.ts'

/** What the post form writes: a reply to a post, or a quote of it. */
type PostDraft = { readonly how: 'reply' | 'quote'; readonly post: ShownPost }

const tabs = ['messages', 'posts'] as const
export type Tab = (typeof tabs)[number]

type Shown = {
  readonly view: View
  readonly person: ShownUser
  readonly shop: ShownUser
  readonly refresh: () => Promise<void>
}

export type PhoneProps = Shown & { readonly tab: Tab; readonly setTab: (tab: Tab) => void }

/** The customer's phone. Another person or shop gets another one. */
export function Phone({ view, person, shop, refresh, tab, setTab }: PhoneProps) {
  const isNew = useUnseen(tab, {
    messages: view.messages.findLast(({ from }) => from === shop.id)?.id,
    posts: view.posts.findLast(({ authorId }) => authorId === shop.id)?.id,
  })
  return (
    <section class="phone" aria-label="Your phone">
      <div class="bar">
        <span>{timeOfDay(view.now)}</span>
        <span class="bar-pill" aria-hidden="true" />
        <span class="bar-me" id="phone-me">
          @{person.username}
        </span>
      </div>
      <div class="phone-tabs" role="tablist" aria-label="Messages or posts">
        {tabs.map((one) => (
          <button
            type="button"
            role="tab"
            key={one}
            id={`tab-${one}`}
            aria-controls={one}
            aria-selected={one === tab}
            tabIndex={one === tab ? 0 : -1}
            onClick={() => setTab(one)}
            onKeyDown={({ key }) => {
              if (key !== 'ArrowLeft' && key !== 'ArrowRight') return
              const other = one === 'messages' ? 'posts' : 'messages'
              setTab(other)
              document.getElementById(`tab-${other}`)?.focus()
            }}
          >
            {one === 'messages' ? 'Messages' : 'Posts'}
            {isNew(one) && (
              <span class="dot">
                <span class="visually-hidden"> (new)</span>
              </span>
            )}
          </button>
        ))}
      </div>
      <MessagesPanel view={view} person={person} shop={shop} refresh={refresh} isShown={tab === 'messages'} />
      <PostsPanel view={view} person={person} shop={shop} refresh={refresh} isShown={tab === 'posts'} />
    </section>
  )
}

/** Tells of each tab whether the shop's latest there, by its id, is another one than when the tab was last looked at. */
function useUnseen(shown: Tab, latest: Readonly<Record<Tab, string | undefined>>): (tab: Tab) => boolean {
  const seen = useRef(latest)
  seen.current = { ...seen.current, [shown]: latest[shown] }
  return (tab) => seen.current[tab] !== latest[tab]
}

type PanelProps = Shown & { readonly isShown: boolean }

const Panel = (props: { readonly id: Tab; readonly isShown: boolean; readonly children: ComponentChildren }) => (
  <div class="screen" role="tabpanel" id={props.id} aria-labelledby={`tab-${props.id}`} hidden={!props.isShown}>
    {props.children}
  </div>
)

function MessagesPanel({ view, person, shop, refresh, isShown }: PanelProps) {
  const [text, setText] = useState('')
  const [isEncrypted, setIsEncrypted] = useState(false)
  const [draft, setDraft] = useState<ChatDraft | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const begin = (next: ChatDraft) => {
    setDraft(next)
    setIsEncrypted(true)
    field.current?.focus()
  }
  const send = async (written: Written) => {
    if (person.id === shop.id) throw new Error('You are the shop. Choose another person.')
    const message = { from: person.id, to: shop.id, text: written.text, media: written.files[0] }
    if (!isEncrypted) await call('POST', '/_x/direct-messages', message)
    else if (draft?.how === 'edit') {
      await call('POST', `/_x/chat-messages/${draft.message.id}/edit`, { text: written.text })
    } else await call('POST', '/_x/chat-messages', { ...message, replyTo: draft?.message.id })
    if (isEncrypted) setDraft(null)
    setText('')
    await refresh()
  }
  return (
    <Panel id="messages" isShown={isShown}>
      <Messages messages={view.messages} person={person} shop={shop} isShown={isShown} begin={begin} />
      <label class="way">
        <input
          type="checkbox"
          checked={isEncrypted}
          onChange={({ currentTarget }) => setIsEncrypted(currentTarget.checked)}
        />{' '}
        Encrypted
      </label>
      <Composer
        id="message-form"
        label="Write a message"
        action="Send message"
        maxFiles={1}
        text={text}
        onText={setText}
        field={field}
        send={send}
      >
        {draft && (
          <Context
            what={draft.how === 'edit' ? 'Edit' : 'Reply to'}
            text={draft.message.text}
            cancel={() => setDraft(null)}
          />
        )}
      </Composer>
    </Panel>
  )
}

function PostsPanel({ view, person, shop, refresh, isShown }: PanelProps) {
  const mention = `@${shop.username} `
  const [text, setText] = useState(mention)
  const [draft, setDraft] = useState<PostDraft | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const scroll = useRef<HTMLElement>(null)
  const begin = (next: PostDraft | null) => {
    setDraft(next)
    setText(next?.how === 'reply' ? '' : mention)
    setFault(null)
    if (next) field.current?.focus()
  }
  const send = async (written: Written) => {
    await call('POST', '/_x/posts', {
      by: person.id,
      text: written.text,
      ...(draft?.how === 'reply' && { inReplyTo: draft.post.id }),
      ...(draft?.how === 'quote' && { quotes: draft.post.id }),
      ...(written.files.length > 0 && { media: written.files }),
    })
    begin(null)
    await refresh()
    if (draft?.how !== 'reply') scroll.current?.scrollTo({ top: 0 })
  }
  const remove = async ({ id }: ShownPost) => {
    setFault(null)
    await call('DELETE', `/_x/posts/${id}`).catch((error) => setFault(sentenceOf(error)))
    await refresh()
  }
  const author = view.users.find(({ id }) => id === draft?.post.authorId)?.username
  const label = draft === null ? 'Write a post' : `${draft.how === 'reply' ? 'Reply to' : 'Quote'} @${author}`
  // A reply needs no mention, because X adds it.
  const reaches = new RegExp(`@${shop.username}(?!\\w)`, 'i').test(text) || text.trim() === '' || draft?.how === 'reply'
  return (
    <Panel id="posts" isShown={isShown}>
      <section class="scroll" aria-label="Posts" ref={scroll}>
        <Posts
          posts={view.posts}
          users={view.users}
          person={person}
          shop={shop}
          reply={(post) => begin({ how: 'reply', post })}
          quote={(post) => begin({ how: 'quote', post })}
          remove={remove}
        />
      </section>
      <Composer
        id="post-form"
        label={label}
        action="Post"
        maxFiles={4}
        text={text}
        onText={setText}
        field={field}
        send={send}
        hint={fault ?? (reaches ? null : `The helpdesk gets only posts that mention @${shop.username}.`)}
      >
        {draft && <Context what={label} text={draft.post.text} cancel={() => begin(null)} />}
      </Composer>
    </Panel>
  )
}
