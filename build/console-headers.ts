/**
 * What browsers are told with every file of the console, wherever it is served: through CloudFront or by one machine.
 */
export const consoleHeaders = {
  strictTransportSecuritySeconds: 365 * 24 * 3600,
  contentTypeOptions: 'nosniff',
  frameOptions: 'DENY',
  // The code of a sign-in stands in the address at which people come back, and pictures are asked of X.
  referrerPolicy: 'same-origin',
} as const

/**
 * Pictures and films of customers come from X and from signed links, tokens from the host that issues them.
 * @param alsoFrom origins without TLS that may be asked as well; none but on one machine, whose store has no TLS
 */
export function contentSecurityPolicy(alsoFrom: readonly string[] = []): string {
  const from = ["'self'", 'https:', ...alsoFrom].join(' ')
  return [
    "default-src 'self'",
    `connect-src ${from}`,
    `img-src ${from} blob: data:`,
    `media-src ${from} blob:`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** A file whose name follows from its content never changes; the others are asked for again each time. */
export const cacheControl = { hashed: 'public, max-age=31536000, immutable', other: 'no-cache' } as const

/** The folder of the files whose names follow from their content. */
export const hashedFolder = 'assets'
