import type { NoiseDryRun } from '../../../../client/src/calls.ts'
import { Notice } from '../../components/notice.tsx'
import { Time } from '../../components/time.tsx'
import { noiseRulesMessages as t } from '../../messages/noise-rules.ts'

/** What rules would have done with the tickets of the last days. */
export function DryRun({ result: { rules, judged, from, isWhole, alreadyIgnored } }: { result: NoiseDryRun }) {
  const ignored = rules.reduce((sum, { outcome, matched }) => sum + (outcome === 'ignore' ? matched : 0), 0)
  return (
    <>
      <p>
        {t.judged(judged)} <Time at={from} />
        {isWhole ? '.' : t.newestOnly}
      </p>
      {ignored * 2 > judged && (
        <Notice tone="warning" title={t.ignoresMost(ignored, judged)}>
          {t.ignoresMostText}
        </Notice>
      )}
      <table class="table stacked">
        <thead>
          <tr>
            <th scope="col">{t.ruleColumn}</th>
            <th scope="col">{t.wouldHave}</th>
            <th scope="col">{t.unknownColumn}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ name, outcome, matched, unknown, examples }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>
                {outcome === 'ignore' ? t.ignored(matched) : t.tagged(matched)}
                {examples.map(({ id, subject }) => (
                  <a key={id} class="rule-example" href={`/tickets/${id}`} target="_blank" rel="noreferrer">
                    {subject}
                  </a>
                ))}
              </td>
              <td>{unknown === 0 ? t.noneUnknown : t.unknown(unknown)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {alreadyIgnored > 0 && <p class="muted">{t.alreadyIgnored(alreadyIgnored)}</p>}
    </>
  )
}
