import type { Encryption } from '../../lambdas/core/ports/platform.ts'

/** Encryption that leaves a text as it is, for tests that are not about it. */
export const noEncryption: Encryption = { encrypt: async (text) => text, decrypt: async (text) => text }
