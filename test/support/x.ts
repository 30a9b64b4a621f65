import type { XAccess } from '../../lambdas/adapters/x/access.ts'
import { createXAccounts } from '../../lambdas/adapters/x/accounts.ts'
import { createXModeration } from '../../lambdas/adapters/x/moderation.ts'
import { createXPosting } from '../../lambdas/adapters/x/posting.ts'
import { createXProfiles } from '../../lambdas/adapters/x/profiles.ts'
import { createXReading } from '../../lambdas/adapters/x/reading.ts'
import { createXSubscriptions } from '../../lambdas/adapters/x/subscriptions.ts'
import { createXUploads } from '../../lambdas/adapters/x/uploads.ts'
import type { XChat } from '../../lambdas/core/ports/chat.ts'
import type {
  XAccounts,
  XModeration,
  XPosting,
  XProfiles,
  XReading,
  XSubscriptions,
  XUploads,
} from '../../lambdas/core/ports/x.ts'
import type { EventSource } from '../../lambdas/core/x/event-source.ts'
import type { ChatFiles } from '../../lambdas/use-cases/chat/chat-files.ts'
import type { ChatSending } from '../../lambdas/use-cases/chat/write-chat.ts'
import { untouched } from './untouched.ts'

/** All ports of X in one object, for tests that script or count calls of any of them. */
export type WholeX = XAccounts & XSubscriptions & XPosting & XReading & XUploads & XModeration & XProfiles

/** The adapters of X over the X at an address. */
export function xAt(apiUrl: string, secrets: XAccess['secrets'], eventSource: EventSource): WholeX {
  const access = { apiUrl, secrets }
  return {
    ...createXAccounts(access),
    ...createXSubscriptions(access, eventSource),
    ...createXPosting(access),
    ...createXReading(access),
    ...createXUploads(access),
    ...createXModeration(access),
    ...createXProfiles(access),
  }
}

/** The one object as the ports that use cases take. */
export function portsOf(x: WholeX) {
  const chat = untouched<ChatSending>('chat')
  const chatFiles = untouched<ChatFiles>('chatFiles')
  const xChat = untouched<XChat>('xChat')
  return {
    accounts: x,
    subscriptions: x,
    posting: x,
    reading: x,
    uploadsToX: x,
    moderation: x,
    profiles: x,
    chat,
    chatFiles,
    xChat,
  }
}
