import type { DayActivity } from '../../../../client/src/calls.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { BarChart } from '../../components/bar-chart.tsx'
import { Card } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { StatTiles } from '../../components/stat-tiles.tsx'
import { daysAgo, formatDay } from '../../format.ts'
import { activityMessages as t } from '../../messages/channels.ts'

const DAYS = 14

/** Events and replies of a channel in the last days, by outcome. */
export function Activity({ channelId }: { channelId: string }) {
  const resource = useResource(channelId, (signal) => {
    const query = { from: daysAgo(DAYS - 1), to: daysAgo(0) }
    const options = { params: { id: channelId }, query, signal }
    return call('GET /api/channels/{id}/activity', options).then(({ days }) => days)
  })
  return (
    <Card title={t.title} intro={t.intro} id="activity">
      <ResourceStatus resource={resource} lines={1} />
      {resource.value && <ActivityOfDays days={resource.value} />}
    </Card>
  )
}

function ActivityOfDays({ days }: { days: readonly DayActivity[] }) {
  const sum = (countOf: (day: DayActivity) => number) => days.reduce((total, day) => total + countOf(day), 0)
  const received = sum((day) => day.received)
  const recovered = sum((day) => day.recovered)
  const unreadable = sum((day) => day.unreadable)
  const sent = sum(({ replies }) => replies.sent)
  const failedOrUnknown = sum(({ replies }) => replies.failed + replies.unknown)
  if (received + sent + failedOrUnknown === 0) return <p class="muted">{t.empty}</p>
  return (
    <>
      <StatTiles
        stats={[
          [t.received, received],
          [t.opened, sum(({ opened }) => opened)],
          [t.joined, sum(({ joined }) => joined)],
          [t.ignored, sum(ignoredOn)],
          ...(unreadable > 0 ? [[t.unreadable, unreadable] as const] : []),
          [t.sent, sent],
          ...(failedOrUnknown > 0 ? [[t.failedOrUnknown, failedOrUnknown] as const] : []),
          ...(recovered > 0 ? [[t.recovered, recovered] as const] : []),
        ]}
      />
      <BarChart
        label={t.chart(received)}
        heading={t.day}
        series={[t.opened, t.joined, t.ignored]}
        isStacked
        bars={days.map((day) => ({ label: formatDay(day.date), values: [day.opened, day.joined, ignoredOn(day)] }))}
      />
    </>
  )
}

const ignoredOn = ({ ignored }: DayActivity): number => Object.values(ignored).reduce((total, n) => total + n, 0)
