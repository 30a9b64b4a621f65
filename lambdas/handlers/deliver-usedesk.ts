/**
 * What `deliver` does for Usedesk, loaded only where that is switched on: it is a fifth of a start. One module, because
 * what is imported on demand is a bundle of its own: an error that one such bundle throws is no instance of the same class
 * in another.
 */
import { createFileSource } from '../adapters/webhooks/files.ts'
import { openUsedesk } from '../runtime/usedesk.ts'
import { createLookAtUsedesk } from '../use-cases/usedesk/look-at-usedesk.ts'
import { createTakeFromUsedesk, type TakeFromUsedeskDependencies } from '../use-cases/usedesk/take-from-usedesk.ts'
import { createTellUsedesk, type TellUsedeskDependencies } from '../use-cases/usedesk/tell-usedesk.ts'
import { createReplyWriting, type ReplyWritingDependencies } from '../use-cases/write-reply.ts'

type Dependencies = Omit<TellUsedeskDependencies, 'api'> &
  Omit<TakeFromUsedeskDependencies, 'api' | 'files' | 'replies'> &
  ReplyWritingDependencies

/** @param mayBeLocal true on one machine: files may come from this machine too */
export function openUsedeskWork(
  environment: Parameters<typeof openUsedesk>[0],
  mayBeLocal: boolean,
  dependencies: Dependencies,
) {
  const { api } = openUsedesk(environment)
  const replies = createReplyWriting(dependencies)
  return {
    tell: createTellUsedesk({ ...dependencies, api }),
    take: createTakeFromUsedesk({ ...dependencies, api, replies, files: createFileSource(mayBeLocal) }),
    look: createLookAtUsedesk({ ...dependencies, api }),
  }
}
