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

/** Hosts of X: pictures, GIFs and videos, portraits, and the picture of who has none. */
const xHosts = ['https://pbs.twimg.com', 'https://video.twimg.com', 'https://abs.twimg.com']

/**
 * The Content-Security-Policy of the console. Media come from X and from presigned URLs, tokens from the sign-in domain.
 * @param storage origins of the bucket of media: files are shown from there and uploaded to it
 * @param signIn origins of the token endpoint, if it is another than the console's
 */
export function contentSecurityPolicy({
  storage,
  signIn = [],
}: {
  readonly storage: readonly string[]
  readonly signIn?: readonly string[]
}): string {
  const media = ["'self'", ...xHosts, ...storage].join(' ')
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...storage, ...signIn].join(' ')}`,
    `img-src ${media} blob: data:`,
    `media-src ${media} blob:`,
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
