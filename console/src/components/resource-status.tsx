import type { Resource } from '../api/resource.ts'
import { ErrorNotice } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'

type ResourceStatusProps = {
  readonly resource: Pick<Resource<unknown>, 'value' | 'error' | 'reload'>
  readonly lines: number
}

/** The error of a resource, or a skeleton while it loads for the first time. */
export function ResourceStatus({ resource, lines }: ResourceStatusProps) {
  const { value, error, reload } = resource
  if (error) return <ErrorNotice error={error} onRetry={reload} />
  return value === undefined ? <Skeleton lines={lines} /> : null
}
