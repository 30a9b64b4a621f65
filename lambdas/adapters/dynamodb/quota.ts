import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { QuotaStore } from '../../core/ports/replies.ts'
import { type Limit, type LimitOf, openSince, type Quota, rateLimits, takeQuota } from '../../core/replies/quota.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { conditionHolds, getAll, type Key, keys, type TableAccess } from './table.ts'

/**
 * What accounts and the app have sent, in the table: one item for each account and kind, one for the app and kind. Of each
 * window an item has the start and the amount (`started15`, `used15`: the window of 15 minutes).
 */
export function createQuotaStore({ tableName, documents }: TableAccess, limits = rateLimits): QuotaStore {
  /**
   * Counts one reply in an item with a conditional write: every window is open and has room. If the condition is refused,
   * the item as it is says whether to wait, or which windows are over and start again. Each refusal means that another
   * worker has counted or has started a window, and a window starts once, so this ends.
   */
  async function count(key: Key, of: readonly Limit[], now: Date): Promise<Counted | { until: string }> {
    let isOver = of.map(() => false)
    for (;;) {
      const result = await write(key, of, isOver, now)
      if (result.counted) return result.counted
      const taken = takeQuota(of, result.refusedBy, now)
      if ('until' in taken) return taken
      // An open window had at least one in it.
      isOver = taken.windows.map(({ used }) => used === 1)
    }
  }

  async function write(key: Key, of: readonly Limit[], isOver: readonly boolean[], now: Date): Promise<Written> {
    const { values, ...expressions } = countingOne(of, isOver, now)
    try {
      const { Attributes = {} } = await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: key,
          ...expressions,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
      return { counted: of.map((limit) => ({ limit, startedAt: String(Attributes[namesOf(limit).started]) })) }
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      const item = error.Item ?? {}
      return { counted: null, refusedBy: quotaFrom(of, (name) => item[name]?.S ?? item[name]?.N) }
    }
  }

  /**
   * Takes one reply out of the windows that it was counted in, unless they have started again. A window in which nothing
   * is left counts as not started.
   */
  async function giveBack(key: Key, counted: Counted): Promise<void> {
    for (const { limit, startedAt } of counted) {
      const { started, used } = namesOf(limit)
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: key,
            UpdateExpression: `ADD ${used} :back`,
            ConditionExpression: `${started} = :started AND ${used} > :none`,
            ExpressionAttributeValues: { ':back': -1, ':started': startedAt, ':none': 0 },
          }),
        ),
      )
    }
  }

  return {
    async read(channelId, kind) {
      const [account, app] = await getAll({ tableName, documents }, [
        keyOf('account', channelId, kind),
        keyOf('app', channelId, kind),
      ])
      const from = (of: LimitOf, item: typeof app) =>
        item ? quotaFrom(limits[kind][of], (name) => (item[name] === undefined ? undefined : String(item[name]))) : null
      return { account: from('account', account), app: from('app', app) }
    },

    async take(channelId, kind, now) {
      const ofAccount = keyOf('account', channelId, kind)
      const account = await count(ofAccount, limits[kind].account, now)
      if ('until' in account) return { until: account.until, of: 'account' }
      const app = await count(keyOf('app', channelId, kind), limits[kind].app, now)
      if (!('until' in app)) return 'taken'
      await giveBack(ofAccount, account)
      return { until: app.until, of: 'app' }
    },

    async pause(channelId, kind, of, until) {
      // A pause that is there already and lasts longer stays.
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keyOf(of, channelId, kind),
            UpdateExpression: 'SET pausedUntil = :until',
            ConditionExpression: 'attribute_not_exists(pausedUntil) OR pausedUntil < :until',
            ExpressionAttributeValues: { ':until': until },
          }),
        ),
      )
    },
  }
}

/** The windows in which a reply was counted, by their starts (ISO times). */
type Counted = readonly { readonly limit: Limit; readonly startedAt: string }[]

/** What came of a write: the windows, or the item that refused it. */
type Written = { readonly counted: Counted } | { readonly counted: null; readonly refusedBy: Quota }

function keyOf(of: LimitOf, channelId: string, kind: Target['kind']): Key {
  return of === 'app' ? keys.appQuota(kind) : keys.quota(channelId, kind)
}

/** The attributes of a window, named by its minutes. */
function namesOf({ windowMs }: Limit): { started: string; used: string } {
  const minutes = windowMs / 60_000
  return { started: `started${minutes}`, used: `used${minutes}` }
}

/** The write that counts one reply. @param isOver whether each window is taken for over, and starts again */
function countingOne(limits: readonly Limit[], isOver: readonly boolean[], now: Date) {
  const at = now.toISOString()
  const windows = limits.map((limit, index) => {
    const { started, used } = namesOf(limit)
    const [since, most] = [`:since${index}`, `:most${index}`]
    return isOver[index]
      ? {
          set: [`${started} = :now`, `${used} = :one`],
          add: [],
          condition: `(attribute_not_exists(${started}) OR ${started} <= ${since} OR ${used} < :one)`,
          values: { [since]: openSince(limit, now) },
        }
      : {
          set: [],
          add: [`${used} :one`],
          condition: `${started} > ${since} AND ${used} BETWEEN :one AND ${most}`,
          values: { [since]: openSince(limit, now), [most]: limit.amount - 1 },
        }
  })
  const clause = (verb: string, parts: readonly string[]) => (parts.length > 0 ? `${verb} ${parts.join(', ')}` : '')
  return {
    UpdateExpression: [
      clause(
        'SET',
        windows.flatMap(({ set }) => set),
      ),
      clause(
        'ADD',
        windows.flatMap(({ add }) => add),
      ),
      // A pause that is over goes, so that no worker with an earlier clock waits for it.
      'REMOVE pausedUntil',
    ].join(' '),
    ConditionExpression: [
      '(attribute_not_exists(pausedUntil) OR pausedUntil <= :now)',
      ...windows.map(({ condition }) => condition),
    ].join(' AND '),
    values: Object.assign({ ':now': at, ':one': 1 }, ...windows.map(({ values }) => values)) as Record<string, unknown>,
  }
}

/** The quota in an item. @param attribute gives an attribute as text; undefined if the item lacks it */
function quotaFrom(limits: readonly Limit[], attribute: (name: string) => string | undefined): Quota {
  const windows = limits.map((limit) => {
    const { started, used } = namesOf(limit)
    const startedAt = attribute(started)
    return startedAt === undefined ? null : { startedAt, used: Number(attribute(used)) }
  })
  return { windows, notBefore: attribute('pausedUntil') ?? null }
}
