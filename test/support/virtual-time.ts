/** Time that passes only where everybody waits: hours of it take milliseconds. Stands in for the timers and `Date.now`. */
export class VirtualTime {
  now: number
  readonly #due = new Map<number, Set<() => void>>()
  readonly #timers = new Map<unknown, () => void>()
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }

  constructor(start: Date) {
    this.now = start.getTime()
  }

  install(): void {
    const set = (act: () => void, milliseconds = 0) => this.#set(act, milliseconds)
    // Only what the product uses of them.
    globalThis.setTimeout = set as unknown as typeof setTimeout
    globalThis.clearTimeout = ((timer: unknown) => this.#timers.get(timer)?.()) as typeof clearTimeout
  }

  uninstall(): void {
    Object.assign(globalThis, this.#real)
  }

  /** Waits in virtual time. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#set(resolve, milliseconds))
  }

  /** Lets time pass until a promise is settled. @throws Error if it never will be */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (;;) {
      // Everything that can go on without time has gone on.
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (isSettled) return promise
      if (this.#due.size === 0) throw new Error('everybody waits for ever')
      this.now = Math.min(...this.#due.keys())
      const acts = this.#due.get(this.now) ?? []
      this.#due.delete(this.now)
      for (const act of acts) act()
    }
  }

  #set(act: () => void, milliseconds: number): object {
    const at = this.now + milliseconds
    const acts = this.#due.get(at) ?? new Set()
    this.#due.set(at, acts)
    const timer = {}
    const fire = () => {
      this.#timers.delete(timer)
      act()
    }
    acts.add(fire)
    this.#timers.set(timer, () => {
      this.#timers.delete(timer)
      acts.delete(fire)
      if (acts.size === 0) this.#due.delete(at)
    })
    return timer
  }
}
