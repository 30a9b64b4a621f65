import { type Account, type AccountTokens, XError } from '../../lambdas/core/ports/x.ts'
import type { LimitOf } from '../../lambdas/core/replies/quota.ts'
import { isSameText } from '../../lambdas/core/replies/reply.ts'
import { noResets, type XAnswer } from '../../lambdas/core/replies/sending.ts'
import type { Files } from '../../lambdas/core/tickets/attachment.ts'
import type { Target } from '../../lambdas/core/tickets/ticket.ts'
import type { WholeX } from './x.ts'
import { idAt } from './x-payloads.ts'

export type OnX = { id: string; account: string; target: Target; text: string; mediaIds: readonly string[] }
type Script = { answer: XAnswer; takes: boolean } | ((target: Target, text: string) => Promise<void>)

/** So much earlier than asked for X's lists begin, because clocks differ. */
const CLOCK_SKEW_MS = 60_000

/** X for tests of sending: it keeps what it takes, and answers as told. Everything not meant to be called throws. */
export class ScriptedX implements Pick<WholeX, 'send' | 'findSent'> {
  readonly taken: OnX[] = []
  /** How often X was asked to send. */
  calls = 0
  /** How often it was asked whether it has something. */
  looks = 0
  readonly #scripts: { account: string | null; script: Script }[] = []
  readonly #now: () => Date
  /** When X took something, by its id. */
  readonly #times = new Map<string, number>()
  blind = false
  /** X's lists do not show yet what it has taken. */
  lags = false
  /** X limits the asking whether it has something. */
  limitsLooks = false

  constructor(now: () => Date) {
    this.#now = now
  }

  /** What the next call comes to; a function is run after X has taken the text and before it answers. */
  next(...scripts: Script[]): void {
    this.#scripts.push(...scripts.map((script) => ({ account: null, script })))
  }

  /** The same for the next call of one account. */
  nextOf(account: string, script: Script): void {
    this.#scripts.push({ account, script })
  }

  /** Whatever was said of calls that did not come. */
  forget(): void {
    this.#scripts.length = 0
  }

  async send(tokens: AccountTokens, target: Target, text: string, mediaIds: readonly string[] = []): Promise<XAnswer> {
    this.calls++
    const at = this.#scripts.findIndex(({ account }) => account === null || account === tokens.token)
    const script = at < 0 ? undefined : this.#scripts.splice(at, 1)[0]?.script
    if (typeof script === 'object' && !script.takes) return script.answer
    const id = idAt(this.#now(), 500_000 + this.taken.length)
    this.taken.push({ id, account: tokens.token, target, text, mediaIds })
    this.#times.set(id, this.#now().getTime())
    if (typeof script === 'object') return script.answer
    if (script) await script(target, text)
    return { is: 'sent', externalId: id, resets: noResets }
  }

  async findSent(
    tokens: AccountTokens,
    _account: Account,
    target: Target,
    text: string,
    since: string,
    files: Files = { media: [], uploadedMedia: [] },
  ) {
    this.looks++
    if (this.limitsLooks) throw new XError(429, 'Too Many Requests')
    if (this.blind) throw new XError(503, 'over capacity')
    const found = this.taken.filter(
      (one) =>
        !this.lags &&
        (this.#times.get(one.id) ?? 0) >= Date.parse(since) - CLOCK_SKEW_MS &&
        one.account === tokens.token &&
        addressOf(one.target) === addressOf(target) &&
        isSameText(text, one.text, target.kind) &&
        one.mediaIds.length === files.media.length,
    )
    return found.map((one) => one.id).reverse()
  }

  /** As the whole of X, of which nothing else may be called. */
  asX(): WholeX {
    return new Proxy(this, {
      get: (self, name) => {
        const own = Reflect.get(self, name)
        if (typeof own === 'function') return own.bind(self)
        return () => {
          throw new Error(`X.${String(name)} was not meant to be called`)
        }
      },
    }) as unknown as WholeX
  }
}

function addressOf(target: Target): string {
  return target.kind === 'post' ? `post ${target.inReplyTo}` : `direct message ${target.recipientId}`
}

/** Answers that X gives. */
export const answers = {
  tooMany: (resetAt: string, of: LimitOf = 'account'): XAnswer => ({
    is: 'refused',
    status: 429,
    detail: 'Too Many Requests',
    resets: { ...noResets, [of]: resetAt },
  }),
  ill: (status = 503): XAnswer => ({ is: 'refused', status, detail: 'Service Unavailable', resets: noResets }),
  refused: (status: number, detail: string): XAnswer => ({ is: 'refused', status, detail, resets: noResets }),
  silence: (): XAnswer => ({ is: 'unanswered', detail: 'Request timeout.' }),
  unreached: (): XAnswer => ({ is: 'unreached', detail: 'connect ECONNREFUSED' }),
}
