import type { KeyRecovery } from '../../core/ports/chat.ts'

/** Recovers keys on one machine, where the simulator of X keeps them. @param url the simulator's address */
export function createLocalKeyRecovery(url: string): KeyRecovery {
  return {
    async recover(configuration, pin) {
      const list = (configuration as { token_map?: { value?: { token?: string } }[] } | null)?.token_map
      const token = Array.isArray(list) ? (list[0]?.value?.token ?? '') : ''
      try {
        const response = await fetch(`${url}/_x/juicebox/recover`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ configuration, token, pin }),
        })
        const answer = (await response.json()) as { key?: string; error?: string; guessesRemaining?: number }
        if (typeof answer.key === 'string') return { is: 'recovered', key: Buffer.from(answer.key, 'base64') }
        if (answer.error === 'invalid_pin') return { is: 'wrong_pin', guessesLeft: answer.guessesRemaining ?? null }
        if (answer.error === 'not_registered') return { is: 'not_registered' }
        return { is: 'unreachable', detail: `the simulator answers ${response.status}` }
      } catch {
        return { is: 'unreachable', detail: 'the simulator does not answer' }
      }
    },
  }
}
