/** Called by administrators who want to know what rules against noise would have done. Reads only. */
import { wrongFields } from '../../core/api/problem.ts'
import { dryRunBody, noQuery } from '../../core/api/requests.ts'
import type { Channel } from '../../core/channels/channel.ts'
import { tryRules } from '../../core/channels/dry-run.ts'
import { hasWord, IGNORED_BY_RULE, type NoiseRule } from '../../core/channels/noise-rules.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { dayOf } from '../../core/reports/counts.ts'
import { notFound, type Route, route } from './route.ts'

/** So many tickets are looked at: each costs a read of the ticket and of its first message. */
const MAX_JUDGED = 500

const DAY_MS = 24 * 3600_000

export function noiseRuleRoutes({
  channels,
  tickets,
  counts,
  now,
}: Pick<Stores, 'channels' | 'tickets' | 'counts'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/channels/{id}/rules/dry-run',
      operation: 'tryNoiseRules',
      summary: 'What rules against noise would have done with the tickets of the last days; changes nothing',
      access: 'administrator',
      query: noQuery,
      body: dryRunBody,
      answer: 'noiseDryRun',
      problems: [404],
      handle: async ({ params, body: { rules, days = 7 } }) => {
        const channel = await channels.get(params.id ?? '')
        if (!channel) throw notFound('channel', params.id)
        refuseOwnName(rules, channel)
        const to = now()
        const from = new Date(to.getTime() - days * DAY_MS).toISOString()
        const [{ openings, isWhole }, activity] = await Promise.all([
          tickets.openingsSince(channel.id, from, MAX_JUDGED),
          counts.activity(channel.id, dayOf(from), dayOf(to.toISOString())),
        ])
        const ignored = activity
          .flatMap((day) => Object.entries(day.ignored))
          .reduce((sum, [reason, count]) => sum + (reason.startsWith(IGNORED_BY_RULE) ? count : 0), 0)
        return {
          from: isWhole ? from : (openings.at(-1)?.ticket.openedAt ?? from),
          to: to.toISOString(),
          isWhole,
          alreadyIgnored: ignored,
          ...tryRules(rules, openings),
        }
      },
    }),
  ]
}

/**
 * A word that is in the name of the account is in every post that mentions it.
 * @throws Problem 422 that names the words
 */
export function refuseOwnName(rules: readonly NoiseRule[], { username }: Channel): void {
  const wrong = rules.flatMap(({ kinds, words = [] }, n) =>
    kinds.includes('mention') && hasWord(`@${username}`, words)
      ? [{ field: `rules.${n}.words`, detail: `a word is in every mention: @${username} itself` }]
      : [],
  )
  if (wrong.length > 0) throw wrongFields(wrong)
}
