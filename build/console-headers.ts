/**
 * Security headers of every file of the console, the same from CloudFront and from the gateway of `npm start`.
 */
export const consoleHeaders = {
  strictTransportSecuritySeconds: 365 * 24 * 3600,
  contentTypeOptions: 'nosniff',
  frameOptions: 'DENY',
  // After a sign-in the address contains a code, and pictures are loaded from X, which must not get that address.
  referrerPolicy: 'same-origin',
} as const

/**
 * The Content-Security-Policy of the console. Media come from X and from presigned URLs, tokens from the sign-in domain.
 * @param alsoFrom more allowed origins, for the embedded store of `npm start`, which has no TLS
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

/** `Cache-Control`: a file named by its content hash never changes; the browser revalidates the others. */
export const cacheControl = { hashed: 'public, max-age=31536000, immutable', other: 'no-cache' } as const

/** Folder of the files named by their content hash. */
export const hashedFolder = 'assets'
