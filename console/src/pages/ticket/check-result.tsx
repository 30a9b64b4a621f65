import { Icon } from '../../parts/icon.tsx'
import { shortTime } from '../../parts/time.tsx'
import type { Check } from '../../shapes.ts'
import { words } from '../../words.ts'

const { reply: say } = words

/** How much of X's length is used; screen readers hear of it when it gets short. */
export function Counter({ id, length, max, isShown }: { id: string; length: number; max: number; isShown: boolean }) {
  const left = max - length
  const state = left < 0 ? ' over' : left <= 20 ? ' near' : ''
  return (
    <span id={id} class={`counter${state}`}>
      {isShown && (
        <>
          <span aria-hidden="true">
            {length} / {max}
          </span>
          <span class="for-readers" role="status">
            {left <= 20 ? say.left(left) : ''}
          </span>
        </>
      )}
    </span>
  )
}

/** What X would say: problems, what is left of its limit, what it costs. */
export function CheckResult({ check, length, max }: { check: Check | null; length: number; max: number }) {
  const problems = check?.problems ?? []
  const isTooLong = length > max && problems.length === 0
  if (!check && !isTooLong) return null
  const { quota, price, replyAllowed } = check ?? {}
  return (
    <div class="check">
      <div role="status">
        <ul class="faults">
          {isTooLong && <Fault text={say.tooLong} />}
          {problems.map(({ code, detail }) => (
            <Fault key={code + detail} text={detail} />
          ))}
          {replyAllowed === false && problems.length === 0 && <Fault text={say.notAllowed} />}
        </ul>
      </div>
      <p class="faint small facts">
        {quota &&
          (quota.remaining > 0 ? (
            <span>{say.quota(quota.remaining, quota.limit)}</span>
          ) : (
            <span>{say.quotaUsed(quota.resetsAt ? shortTime(quota.resetsAt) : '…')}</span>
          ))}
        {price && <span>{say.price(price.usd, price.because)}</span>}
      </p>
    </div>
  )
}

function Fault({ text }: { text: string }) {
  return (
    <li>
      <Icon name="warning" size={16} />
      {text}
    </li>
  )
}
