import { randomBytes } from 'node:crypto'
import { kindOf } from './media-files.ts'
import type { ActivitySubscription, DirectMessage, Post, State } from './state.ts'
import { activityUser, messageUser, userOf } from './user-shapes.ts'
import { v1Entities, v1Media, v1Post } from './v1-shapes.ts'
import { activityIncludes, activityPost, mentionedIn } from './v2-shapes.ts'
import { seesPostsOf } from './visibility.ts'
import { apps, type WebhookEvent, type World } from './world.ts'

/**
 * The events of a new post. The Account Activity API tells its author and every account that it mentions, answers, quotes
 * or reposts. The X Activity API tells less:
 * - nobody of a post by a protected account,
 * - of a mention only if the text contains it, so not of one that X puts before an answer or into a repost,
 * - of an answer only the author of its parent, and not if the parent is an answer itself.
 */
export function postCreated(world: World, post: Post): WebhookEvent[] {
  const { posts, settings } = world.state
  const [parent, quoted, original] = [post.inReplyToId, post.quotedId, post.repostedId].map((related) =>
    posts.find(({ id }) => id === related),
  )
  const others = [post.inReplyToUserId, quoted?.authorId, original?.authorId, ...mentionedIn(post)].filter(
    (id) => id !== null && id !== undefined,
  )
  const accounts = [...new Set([post.authorId, ...others])].filter((id) => seesPostsOf(world, post.authorId, id))
  const written = post.text.entities.flatMap((one) => (one.type === 'mention' && one.written ? [one.userId] : []))
  const answered = parent && (parent.inReplyToId === null || settings.repliesToReplies) ? [parent.authorId] : []
  const activity = (event: string, userIds: readonly (string | undefined)[]) =>
    [...new Set(userIds)].flatMap((userId) =>
      userId === undefined || userId === post.authorId ? [] : postEvent(world, userId, event, post),
    )
  return [
    ...accounts.flatMap((userId) =>
      accountActivity(world, userId, 'tweet_create_events', {
        ...(userId === post.authorId ? {} : { user_has_blocked: false }),
        tweet_create_events: [v1Post(world, post)],
      }),
    ),
    ...postEvent(world, post.authorId, 'post.create', post),
    ...activity('post.mention.create', written),
    ...activity('post.reply.create', answered),
    ...activity('post.quote.create', [quoted?.authorId]),
    ...activity('post.repost.create', [original?.authorId]),
  ]
}

function postEvent(world: World, userId: string, event: string, post: Post): WebhookEvent[] {
  if (userOf(world, post.authorId).protected) return []
  const { eventNames } = world.state.settings
  const [payload, includes] = [activityPost(world, post, eventNames), activityIncludes(world, post, event, eventNames)]
  return xActivity(world, userId, event, payload, includes)
}

/** The events of a deleted post: for its author only. */
export function postDeleted(world: World, { id, authorId, deletedAt }: Post): WebhookEvent[] {
  const status = { id, user_id: authorId }
  const timestamp_ms = String(Date.parse(deletedAt ?? world.now().toISOString()))
  const author = userOf(world, authorId)
  const users = [{ data: activityUser(author, world.state.settings.eventNames) }]
  return [
    ...accountActivity(world, authorId, 'tweet_delete_events', { tweet_delete_events: [{ status, timestamp_ms }] }),
    ...(author.protected ? [] : xActivity(world, authorId, 'post.delete', { id, author_id: authorId }, { users })),
  ]
}

/** The events of a direct message: for both accounts. Only the Account Activity API names the app, and only to the sender. */
export function messageCreated(world: World, message: DirectMessage): WebhookEvent[] {
  const ends = [...new Set([message.from, message.to])]
  const users = ends.map((id) => userOf(world, id))
  const app = Object.values(apps).find(({ id }) => id === message.appId) ?? apps.own
  return ends.flatMap((userId) => {
    const isSender = userId === message.from
    const item = (namesApp: boolean) => ({ direct_message_events: [messageItem(world, message, namesApp)] })
    return [
      ...accountActivity(world, userId, 'direct_message_events', {
        ...item(isSender),
        ...(isSender ? { apps: { [app.id]: app } } : {}),
        users: Object.fromEntries(users.map((user) => [user.id, messageUser(user)])),
      }),
      ...xActivity(world, userId, isSender ? 'dm.sent' : 'dm.received', {
        ...item(false),
        users: Object.fromEntries(
          users.map((user) => [user.id, { data: activityUser(user, world.state.settings.eventNames) }]),
        ),
      }),
    ]
  })
}

function messageItem(
  { state }: World,
  { id, from, to, text, mediaId, appId, createdAt }: DirectMessage,
  namesApp: boolean,
) {
  const link = text.entities.find((one) => one.type === 'media')
  const media = state.media.find((one) => one.id === mediaId)
  const address = `https://twitter.com/messages/media/${id}`
  const entities = v1Entities(text.entities, state.users)
  const own = link
    ? [
        {
          url: link.url,
          expanded_url: address,
          display_url: link.url.replace('https://t.co/', 'pic.twitter.com/'),
          indices: [link.start, link.end],
        },
      ]
    : []
  return {
    type: 'message_create',
    id,
    created_timestamp: String(Date.parse(createdAt)),
    message_create: {
      target: { recipient_id: to },
      sender_id: from,
      ...(namesApp ? { source_app_id: appId } : {}),
      message_data: {
        text: text.full,
        entities: { ...entities, urls: [...entities.urls, ...own] },
        ...(media && link
          ? { attachment: { type: 'media', media: { ...v1Media(media, link, address, id), type: kindOf(media) } } }
          : {}),
      },
    },
  }
}

/** The events of a revoked access. Call this before the subscriptions of the account are deleted. */
export function revoked(world: World, userId: string): WebhookEvent[] {
  const date_time = world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, '+00:00')
  const { subscriptions, activitySubscriptions } = world.state
  const webhookIds = subscriptions.filter((one) => one.userId === userId).map(({ webhookId }) => webhookId)
  const listening = activitySubscriptions.filter(
    (one) => one.eventType === 'oauth.revoke' && (one.userId === null || one.userId === userId),
  )
  const revoke = { date_time, target: { app_id: apps.own.id }, source: { user_id: userId } }
  const payload = { date_time, user_id: userId, app_id: apps.own.id }
  const data = { event_uuid: eventUuid(), filter: {}, event_type: 'oauth.revoke', payload }
  return [
    ...webhookIds.map((webhookId) => ({ webhookId, userId, event: 'user_event', body: { user_event: { revoke } } })),
    ...listening.flatMap(({ webhookId }) =>
      webhookId === null ? [] : [{ webhookId, userId, event: 'oauth.revoke', body: envelope(world.state, data) }],
    ),
  ]
}

function accountActivity({ state }: World, userId: string, event: string, content: object): WebhookEvent[] {
  return state.subscriptions
    .filter((one) => one.userId === userId)
    .map(({ webhookId }) => ({ webhookId, userId, event, body: { for_user_id: userId, ...content } }))
}

/** An event of the X Activity API, for the webhooks that are subscribed to it. */
export function xActivity(
  { state, now }: World,
  userId: string,
  event: string,
  payload: object,
  includes?: object,
): WebhookEvent[] {
  const { subscriptionDelaySeconds: delay } = state.settings
  const hasBegun = ({ updatedAt }: ActivitySubscription) =>
    delay === 0 || Date.parse(updatedAt) <= now().getTime() - delay * 1000
  return state.activitySubscriptions
    .filter((one) => one.eventType === event && one.userId === userId && hasBegun(one))
    .flatMap((subscription) => {
      const { webhookId, tag } = subscription
      const data = {
        event_uuid: eventUuid(),
        filter: filterOf(subscription),
        event_type: event,
        ...(tag === null ? {} : { tag }),
        payload,
        ...(includes ? { includes } : {}),
      }
      return webhookId === null ? [] : [{ webhookId, userId, event, body: envelope(state, data) }]
    })
}

/** X has sent `data` as an object and as a list. */
const envelope = ({ settings }: State, data: object) => ({ data: settings.eventLists ? [data] : data })

/** The filter of a subscription as X shows it. */
export function filterOf({ userId, direction, keyword }: ActivitySubscription): object {
  return {
    ...(userId === null ? {} : { user_id: userId }),
    ...(direction === null ? {} : { direction }),
    ...(keyword === undefined ? {} : { keyword }),
  }
}

/** A signed 64-bit integer as text, as X sends it. */
const eventUuid = () => String(randomBytes(8).readBigInt64BE())
