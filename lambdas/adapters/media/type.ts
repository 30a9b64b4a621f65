import { FileTypeParser } from 'file-type'

/** As many first bytes as tell a type. */
export const SAMPLE = 4_100

/** How gzip and ZIP begin: the library would unpack them to look inside, and nothing is unpacked here. */
const ARCHIVES = ['1f8b', '504b']

/** The type of a file by its first bytes, whatever anybody calls it; null for an archive and for what is not known. */
export async function typeOf(firstBytes: Uint8Array): Promise<string | null> {
  const sample = firstBytes.subarray(0, SAMPLE)
  if (ARCHIVES.includes(Buffer.from(sample.subarray(0, 2)).toString('hex'))) return null
  try {
    // A new one each time: it is not safe for concurrent use.
    const found = await new FileTypeParser({ maxBufferSize: SAMPLE }).fromBuffer(sample)
    return found?.mime ?? null
  } catch {
    // It begins like something known, and goes on like nothing.
    return null
  }
}
