import { call } from '../../api.ts'
import { useLoaded } from '../../loading.ts'
import { BarChart } from '../../parts/chart.tsx'
import { Tiles } from '../../parts/figures.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Card } from '../../parts/page.tsx'
import { dayBefore, shortDay } from '../../parts/time.tsx'
import { Skeleton } from '../../parts/waiting.tsx'
import type { DayOfActivity } from '../../shapes.ts'
import { words } from '../../words.ts'

const { activity: say } = words
const DAYS = 14

/** What came through a channel in the last days, and what became of it. */
export function Activity({ channelId }: { channelId: string }) {
  const loaded = useLoaded(channelId, (signal) => {
    const query = { from: dayBefore(DAYS - 1), to: dayBefore(0) }
    const path = `/api/channels/${encodeURIComponent(channelId)}/activity`
    return call<{ days: DayOfActivity[] }>('GET', path, { query, signal }).then(({ days }) => days)
  })
  return (
    <Card title={say.title} intro={say.intro} id="activity">
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.reload} />}
      {!loaded.value && !loaded.error && <Skeleton lines={1} tall />}
      {loaded.value && <Days days={loaded.value} />}
    </Card>
  )
}

function Days({ days }: { days: readonly DayOfActivity[] }) {
  const sum = (figure: (day: DayOfActivity) => number) => days.reduce((total, day) => total + figure(day), 0)
  const total = sum(({ received }) => received)
  const recovered = sum((day) => day.recovered)
  const unreadable = sum((day) => day.unreadable)
  const inDoubt = sum(({ replies }) => replies.failed + replies.unknown)
  if (total + sum(({ replies }) => replies.sent) + inDoubt === 0) return <p class="faint">{say.empty}</p>
  return (
    <>
      <Tiles
        figures={[
          [say.received, total],
          [say.opened, sum(({ opened }) => opened)],
          [say.joined, sum(({ joined }) => joined)],
          [say.ignored, sum(ignoredOn)],
          ...(unreadable > 0 ? [[say.unreadable, unreadable] as const] : []),
          [say.sent, sum(({ replies }) => replies.sent)],
          ...(inDoubt > 0 ? [[`${say.failed}, ${say.unknown.toLowerCase()}`, inDoubt] as const] : []),
          ...(recovered > 0 ? [[say.recovered, recovered] as const] : []),
        ]}
      />
      <BarChart
        label={say.chart(total)}
        heading={say.day}
        series={[say.opened, say.joined, say.ignored]}
        isStacked
        bars={days.map((day) => ({ label: shortDay(day.date), values: [day.opened, day.joined, ignoredOn(day)] }))}
      />
    </>
  )
}

const ignoredOn = ({ ignored }: DayOfActivity): number => Object.values(ignored).reduce((total, n) => total + n, 0)
