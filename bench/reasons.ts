/** Why figures miss their goals and what the next idea is, by the names of their rows. Those that meet them need none. */
export const reasons: Readonly<Record<string, string>> = {}
