import { useEffect, useRef, useState } from 'preact/hooks'
import type { Channel, NoiseDryRun } from '../../../../client/src/calls.ts'
import type { Problem, Tagged } from '../../../../client/src/client.ts'
import { call, callTagged, toProblem } from '../../api/client.ts'
import { announce, showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Card } from '../../components/page.tsx'
import { commonMessages } from '../../messages/common.ts'
import { noiseRulesMessages as t } from '../../messages/noise-rules.ts'
import { useUnsavedChanges } from '../../unsaved-changes.ts'
import { type Draft, draftOf, errorsIn, newDraft, rulesIn } from './noise-rule-draft.ts'
import { DryRun } from './noise-rule-dry-run.tsx'
import { RuleFields } from './noise-rule-fields.tsx'

type NoiseRulesProps = {
  readonly known: Tagged<Channel>
  /** Gets the settings that are there now: saved here, or by somebody else meanwhile. */
  readonly onChange: (now: Tagged<Channel>) => void
}

const sameRules = (one: readonly Draft[], other: readonly Draft[]) =>
  JSON.stringify(rulesIn(one)) === JSON.stringify(rulesIn(other))

/** The rules against noise of a channel: they are tried on the last days before they apply. */
export function NoiseRules({ known, onChange }: NoiseRulesProps) {
  const { id, rules } = known.value
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => rules.map(draftOf))
  const [tried, setTried] = useState<{ of: readonly Draft[]; result: NoiseDryRun }>()
  const [error, setError] = useState<Problem>()
  const [isOvertaken, setOvertaken] = useState(false)
  const list = useRef<HTMLOListElement>(null)
  const [moved, setMoved] = useState<{ key: number; by: 'up' | 'down' }>()
  const isUnsaved = !sameRules(drafts, rules.map(draftOf))
  useUnsavedChanges(isUnsaved)
  useEffect(() => {
    if (!moved) return
    const buttons = list.current?.querySelectorAll<HTMLButtonElement>(`[data-rule="${moved.key}"] .rule-moves button`)
    const [up, down] = buttons ?? []
    const wanted = moved.by === 'up' ? [up, down] : [down, up]
    wanted.find((one) => one && !one.disabled)?.focus()
  }, [moved])
  useEffect(() => {
    list.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [error])

  const change = (to: readonly Draft[]) => {
    setDrafts(to)
    setError(undefined)
  }
  const move = (from: number, by: 'up' | 'down') => {
    const draft = drafts[from]
    if (!draft) return
    const to = by === 'up' ? from - 1 : from + 1
    change(drafts.toSpliced(from, 1).toSpliced(to, 0, draft))
    setMoved({ key: draft.key, by })
    announce(t.movedTo(draft.name, to + 1))
  }
  const discard = () => {
    change(rules.map(draftOf))
    setTried(undefined)
    setOvertaken(false)
  }
  const attempt = async (action: () => Promise<void>) => {
    try {
      await action()
      setError(undefined)
    } catch (thrown) {
      setError(toProblem(thrown))
    }
  }
  const tryOut = () =>
    attempt(async () => {
      const body = { rules: rulesIn(drafts) }
      const result = await call('POST /api/channels/{id}/rules/dry-run', { params: { id }, body })
      setTried({ of: drafts, result })
    })
  const apply = () =>
    attempt(async () => {
      try {
        const after = await callTagged('PATCH /api/channels/{id}', {
          params: { id },
          body: { rules: rulesIn(drafts) },
          ifMatch: known.tag ?? undefined,
        })
        onChange(after)
        setDrafts((now) => (now === drafts ? after.value.rules.map(draftOf) : now))
        setTried(undefined)
        setOvertaken(false)
        showToast(t.applied)
      } catch (thrown) {
        const refused = toProblem(thrown)
        if (refused.status !== 412 || !refused.current) throw refused
        onChange(refused.current as Tagged<Channel>)
        setOvertaken(true)
      }
    })

  const { ofRules, others } = errorsIn(error)
  const isTried = tried?.of === drafts || drafts.length === 0
  return (
    <Card title={t.title} intro={t.intro} id="noise-rules">
      {drafts.length === 0 && <p class="muted">{t.none}</p>}
      <ol class="rules" ref={list}>
        {drafts.map((draft, n) => (
          <li key={draft.key} data-rule={draft.key}>
            <RuleFields
              draft={draft}
              number={n + 1}
              isLast={n === drafts.length - 1}
              errors={ofRules.get(n)}
              onChange={(changed) => change(drafts.with(n, changed))}
              onMove={(by) => move(n, by)}
              onRemove={() => change(drafts.toSpliced(n, 1))}
            />
          </li>
        ))}
      </ol>
      {drafts.length < 20 && (
        <div class="actions">
          <Button small icon="plus" onClick={() => change([...drafts, newDraft()])}>
            {t.add}
          </Button>
        </div>
      )}
      {isOvertaken && (
        <Notice tone="danger" title={t.overtaken}>
          {t.overtakenText}
        </Notice>
      )}
      {error && others && <ErrorNotice error={error} />}
      <div role="status">{tried && tried.of === drafts && <DryRun result={tried.result} />}</div>
      {(drafts.length > 0 || isUnsaved) && (
        <div class="actions">
          {drafts.length > 0 && (
            <Button kind={isUnsaved && !isTried ? 'primary' : 'plain'} onClick={tryOut}>
              {t.tryOut}
            </Button>
          )}
          {isUnsaved && <Button onClick={discard}>{commonMessages.discard}</Button>}
          {isUnsaved && isTried && (
            <Button kind="primary" onClick={apply}>
              {t.apply}
            </Button>
          )}
        </div>
      )}
    </Card>
  )
}
