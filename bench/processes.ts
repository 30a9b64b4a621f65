import { readdirSync, readFileSync } from 'node:fs'

/** What a process and all that it has started use: resident memory in MB, processor time in ms since their start. */
export type Usage = { readonly residentMb: number; readonly cpuMs: number }

/** Linux counts in pages and clock ticks of these sizes on x64. */
const PAGE_BYTES = 4096
const TICK_MS = 10

type Process = { readonly id: number; readonly parentId: number; readonly usage: Usage }

/** Adds up a process and its descendants, from `/proc` (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
export function usageOf(processId: number): Usage {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess)
  const tree = new Set([processId])
  for (let before = 0; before < tree.size; ) {
    before = tree.size
    for (const { id, parentId } of all) if (tree.has(parentId)) tree.add(id)
  }
  const usages = all.filter(({ id }) => tree.has(id)).map(({ usage }) => usage)
  return {
    residentMb: usages.reduce((sum, { residentMb }) => sum + residentMb, 0),
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  }
}

/** Empty when the process has ended meanwhile. */
function readProcess(name: string): Process[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    // The name of the program stands in brackets and may have spaces in it.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parentId = 0, userTicks = 0, systemTicks = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]]
    const usage = { residentMb: (pages * PAGE_BYTES) / 1e6, cpuMs: (userTicks + systemTicks) * TICK_MS }
    return [{ id: Number(name), parentId, usage }]
  } catch {
    return []
  }
}
