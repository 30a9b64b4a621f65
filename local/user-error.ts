/** An error that the person at the keyboard can fix. Shown as one sentence, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
