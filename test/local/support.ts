import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A folder of its own for a test file, with a place for handlers; `remove` takes it away. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'helpdesk-local-'))
  return {
    path,
    /** Writes a bundle `NAME/index.mjs` and returns its folder. */
    handler(name: string, source: string): string {
      const folder = join(path, 'handlers', name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'index.mjs'), source)
      return folder
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Asks until the answer is neither false nor undefined, for at most 20 seconds. */
export async function eventually<T>(what: string, ask: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  const until = Date.now() + 20_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    if (Date.now() > until) throw new Error(`It never came: ${what}`)
    await pause(10)
  }
}
