/**
 * Called every 5 minutes, with the inactivity report. Promises that a channel that has used up its budget of the day is
 * marked, so that replies, polls and look-ups wait, and that administrators get a mail at 80 % and at 100 %. After a
 * failure the next run tries again.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import { dayIn, judgeBudget } from '../core/channels/budget.ts'
import type { Channel } from '../core/channels/channel.ts'
import { budgetMail } from '../core/channels/mails.ts'
import type { ChannelStore } from '../core/ports/channels.ts'
import type { CountStore } from '../core/ports/events.ts'
import { inParallel } from './in-parallel.ts'
import type { Notify } from './notify-administrators.ts'

export type BudgetDependencies = {
  channels: Pick<ChannelStore, 'list' | 'saveBudgetState'>
  counts: Pick<CountStore, 'costUsd'>
  notify: Notify
  publicUrl: string
}

const PARALLEL_CHANNELS = 8

export function createBudgetWatch({ channels, counts, notify, publicUrl }: BudgetDependencies) {
  async function watch(channel: Channel, now: Date): Promise<void> {
    const spentUsd = await counts.costUsd(channel.id, dayIn(now))
    const finding = judgeBudget(channel, spentUsd, now)
    if (!finding) return
    const { mailAtPercent, budgetUsedUpOn } = finding
    // The stop does not wait for the mail.
    await channels.saveBudgetState(channel, { budgetUsedUpOn, budgetNotified: channel.budgetNotified })
    if (mailAtPercent === null) return
    const mail = () => budgetMail(channel, mailAtPercent, spentUsd, publicUrl)
    if (await notify('budget', channel.id, mail)) await channels.saveBudgetState(channel, finding)
  }

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const limited = (await channels.list()).filter(({ dailyBudgetUsd }) => dailyBudgetUsd !== null)
    await inParallel(limited, PARALLEL_CHANNELS, (channel) => watch(channel, now))
  }
}
