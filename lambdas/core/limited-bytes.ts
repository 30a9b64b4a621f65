/**
 * The bytes of an answer, up to a limit.
 * @param failure makes the error to throw: when the bytes exceed `maxBytes`, or when reading them fails, and with what
 */
export async function* limitedBytes(
  answer: AsyncIterable<Uint8Array>,
  maxBytes: number,
  failure: (why: 'too large' | 'cut off', cause?: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  let left = maxBytes
  try {
    for await (const chunk of answer) {
      left -= chunk.length
      if (left < 0) break
      yield chunk
    }
  } catch (error) {
    throw failure('cut off', error)
  }
  if (left < 0) throw failure('too large')
}
