/** A port that a test does not mean to touch, but for some methods: whatever else is called on it throws. */
export function untouched<T extends object>(name: string, except: Partial<T> = {}): T {
  return new Proxy({} as T, {
    get: (_, property) =>
      Reflect.get(except, property) ??
      (() => {
        throw new Error(`${name}.${String(property)} was not meant to be called`)
      }),
  })
}
