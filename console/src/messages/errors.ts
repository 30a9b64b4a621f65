import { layoutMessages } from './layout.ts'

/** A reason that the API gives, with capital letter and one full stop; empty stays empty. */
export const asSentence = (detail: string): string =>
  detail && `${detail.charAt(0).toUpperCase()}${detail.slice(1).replace(/\.$/, '')}.`

/**
 * Tells a person what went wrong and what to do.
 * @param status HTTP status; 0 when no answer came, -1 for an error in the console itself
 * @param detail the reason that the API gives, a sentence, often without capital letter and full stop; may be empty
 */
export function describeError({ status, detail }: { readonly status: number; readonly detail: string }): {
  title: string
  text: string
} {
  const reason = asSentence(detail)
  const withReason = (advice: string) => `${reason} ${advice}`.trim()
  if (status === 0)
    return { title: 'No answer', text: 'The helpdesk does not answer. Check your network and try again.' }
  if (status === 401) return layoutMessages.sessionExpired
  if (status === 403)
    return { title: 'You may not do this', text: withReason('Ask an administrator of the helpdesk for access.') }
  if (status === 404)
    return { title: 'Not found', text: withReason('It may have been removed, or the address is wrong.') }
  if (status === 409)
    return { title: 'Not possible now', text: reason || 'Somebody else changed it. Reload the page and try again.' }
  if (status === 422 || status === 400)
    return { title: 'Check your input', text: reason || 'The helpdesk cannot use what you entered.' }
  if (status === 429) return { title: 'Too many requests', text: 'Wait a moment and try again.' }
  if (status === 502) return { title: 'X refused this', text: reason || 'Try again in a few minutes.' }
  if (status >= 500)
    return {
      title: 'The helpdesk has a problem',
      text: withReason('Try again in a moment. If it fails again, tell the person who runs the helpdesk.'),
    }
  return { title: 'Something went wrong', text: withReason('Reload the page.') }
}
