import type { Vault } from '../../lambdas/core/ports.ts'

/** Keeps text as it is, so that a test can read what was stored. */
export const plainVault: Vault = { seal: async (text) => text, open: async (sealed) => sealed }
