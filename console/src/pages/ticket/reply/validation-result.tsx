import type { DryRun } from '../../../../../client/src/calls.ts'
import { Button } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { formatTime } from '../../../format.ts'
import { composerMessages } from '../../../messages/composer.ts'
import { asSentence } from '../../../messages/errors.ts'
import { replyMessages as t } from '../../../messages/ticket.ts'

/** From so few remaining characters on, the count is highlighted and read out. */
const ALMOST_FULL_CHARACTERS = 20

type CharacterCountProps = {
  readonly id: string
  readonly length: number
  readonly maxLength: number
  readonly isShown: boolean
}

/** How many of X's characters the text uses. */
export function CharacterCount({ id, length, maxLength, isShown }: CharacterCountProps) {
  const left = maxLength - length
  const state = left < 0 ? ' exceeded' : left <= ALMOST_FULL_CHARACTERS ? ' almost-full' : ''
  return (
    <span id={id} class={`character-count${state}`}>
      {isShown && (
        <>
          <span aria-hidden="true">
            {length} / {maxLength}
          </span>
          <span class="visually-hidden" role="status">
            {left <= ALMOST_FULL_CHARACTERS ? t.charactersLeft(left) : ''}
          </span>
        </>
      )}
    </span>
  )
}

type ValidationResultProps = {
  readonly validation: DryRun | null
  readonly isTooLong: boolean
  readonly onRemoveLinks: () => void
}

/** The problems of a reply, how much of X's quota is left, and what the reply costs. */
export function ValidationResult({ validation, isTooLong, onRemoveLinks }: ValidationResultProps) {
  const { problems = [], quota, price, replyAllowed, links = [] } = validation ?? {}
  if (!validation && !isTooLong) return null
  return (
    <div class="validation">
      <div role="status">
        <ul class="problems">
          {isTooLong && problems.length === 0 && <Problem text={t.tooLong} />}
          {problems.map(({ code, detail }) => (
            <Problem key={code + detail} text={asSentence(detail)} />
          ))}
          {replyAllowed === false && problems.length === 0 && <Problem text={t.notAllowed} />}
        </ul>
      </div>
      <p class="muted small summary">
        {quota && (
          <span>
            {quota.remaining > 0
              ? t.quota(quota.remaining, quota.limit, quota.of === 'app')
              : t.quotaUsed(quota.resetsAt ? formatTime(quota.resetsAt) : '…', quota.of === 'app')}
          </span>
        )}
        {price && links.length === 0 && <span>{t.price(price.usd, price.because)}</span>}
      </p>
      {price && links.length > 0 && (
        <p class="dear small" role="status">
          <Icon name="warning" size={16} />
          <span>{t.price(price.usd, price.because)}</span>
          <Button small onClick={onRemoveLinks}>
            {composerMessages.removeLinks(links.length)}
          </Button>
        </p>
      )}
    </div>
  )
}

function Problem({ text }: { text: string }) {
  return (
    <li>
      <Icon name="warning" size={16} />
      {text}
    </li>
  )
}
