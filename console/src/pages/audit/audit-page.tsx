import '../../style/reports.css'
import { useLocation } from 'preact-iso'
import { useAction } from '../../api/action.ts'
import { call, pages } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Card, Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { downloadCsv } from '../../download.ts'
import { daysAgo } from '../../format.ts'
import { auditMessages as t } from '../../messages/audit.ts'
import { commonMessages } from '../../messages/common.ts'
import { AuditTable } from './audit-table.tsx'
import { type AuditFilter, filterFromQuery, queryOf } from './filter.ts'
import { AuditFilters } from './filters.tsx'

/** Who did what, for administrators. The filters are in the URL. */
export function AuditPage() {
  const { query } = useLocation()
  const filter = filterFromQuery(query)
  const { error, run } = useAction(null)
  const download = () =>
    run(() => downloadCsv(`audit-${daysAgo(0)}.csv`, pages('GET /api/audit.csv', { query: queryOf(filter) })))
  const downloadButton = (
    <Button icon="download" onClick={download}>
      {t.download}
    </Button>
  )
  return (
    <Page title={t.title} intro={t.intro} actions={downloadButton} isWide>
      {error && <ErrorNotice error={error} onRetry={download} />}
      <AuditFilters filter={filter} />
      <Entries filter={filter} />
    </Page>
  )
}

function Entries({ filter }: { filter: AuditFilter }) {
  const load = (cursor?: string, signal?: AbortSignal) =>
    call('GET /api/audit', { query: { ...queryOf(filter), limit: 50, cursor }, signal })
  const resource = useResource(JSON.stringify(filter), (signal) => load(undefined, signal))
  const { entries, nextCursor } = resource.value ?? { entries: [], nextCursor: null }
  const { error, run } = useAction(null)
  const loadMore = () =>
    run(async () => {
      const next = await load(nextCursor ?? undefined)
      resource.update((shown) => ({ ...next, entries: [...shown.entries, ...next.entries] }))
    })
  return (
    <Card>
      {resource.value && entries.length === 0 && <EmptyState icon="audit" title={nextCursor ? t.searching : t.empty} />}
      {entries.length > 0 && <AuditTable entries={entries} />}
      <ResourceStatus resource={resource} lines={3} />
      {error && <ErrorNotice error={error} onRetry={loadMore} />}
      {nextCursor && <Button onClick={loadMore}>{commonMessages.showMore}</Button>}
    </Card>
  )
}
