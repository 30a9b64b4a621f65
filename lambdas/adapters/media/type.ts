/** The first bytes of a file that are enough to recognise its type. */
export const SAMPLE_BYTES = 4_100

/** First bytes of gzip and ZIP. file-type would decompress them to look inside; we decompress nothing. */
const ARCHIVE_PREFIXES = ['1f8b', '504b']

/** The MIME type of a file by its first bytes; null for an archive or an unknown type. */
export async function typeOf(firstBytes: Uint8Array): Promise<string | null> {
  const sample = firstBytes.subarray(0, SAMPLE_BYTES)
  if (ARCHIVE_PREFIXES.includes(Buffer.from(sample.subarray(0, 2)).toString('hex'))) return null
  const { FileTypeParser } = await import('file-type')
  try {
    // A new parser each time, because it is not safe for concurrent use.
    const found = await new FileTypeParser({ maxBufferSize: SAMPLE_BYTES }).fromBuffer(sample)
    return found?.mime ?? null
  } catch {
    // The file starts like a known type but is malformed.
    return null
  }
}
