/** @import { ShownUser, View } from '../page.ts' */
import { byId } from './dom.js'

/**
 * Shows whether messages and posts reach the helpdesk.
 * @param {View} view
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
export function drawReach(view, person, shop) {
  const reach = byId('reach', HTMLElement)
  const { text, colour } = reachOf(view, person, shop)
  if (reach.textContent !== text) reach.textContent = text
  reach.className = `reach ${colour}`
  const link = byId('console', HTMLAnchorElement)
  if (view.consoleUrl) link.href = view.consoleUrl
  link.hidden = !view.consoleUrl
}

/**
 * @param {View} view
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
function reachOf(view, person, shop) {
  if (person.id === shop.id)
    return { text: 'You are the shop. Choose another person to write as a customer.', colour: 'plain' }
  if (!shop.connected)
    return { text: `@${shop.username} is not connected. Connect it in the console first.`, colour: 'bad' }
  if (view.webhooks.some(({ valid }) => !valid))
    return { text: 'The webhook is broken. The helpdesk does not get what you write.', colour: 'bad' }
  if (!shop.subscribed)
    return { text: `@${shop.username} is connected, but the webhook has no subscription to it.`, colour: 'bad' }
  return {
    text: `@${shop.username} is connected. What you write to it becomes a ticket in the helpdesk.`,
    colour: 'good',
  }
}
