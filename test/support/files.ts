import { createHash } from 'node:crypto'

/** Bytes that differ from seed to seed, and are the same for the same one. */
const filling = (seed: string, size: number) =>
  createHash('shake256', { outputLength: Math.max(1, size) })
    .update(seed)
    .digest()
    .subarray(0, size)

const withHead = (head: Buffer, seed: string, size: number) =>
  Buffer.concat([head, filling(seed, Math.max(0, size - head.length))])

const chunk = (type: string, data: Buffer) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)])
}

/** Files that are what they say by their first bytes; what follows is nobody's picture. */
export const files = {
  jpeg: (seed: string, size = 3_000) =>
    withHead(Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), seed, size),
  png: (seed: string, size = 3_000) =>
    withHead(
      Buffer.concat([
        Buffer.from('89504e470d0a1a0a', 'hex'),
        chunk('IHDR', Buffer.alloc(13, 1)),
        chunk('IDAT', Buffer.alloc(8)),
      ]),
      seed,
      size,
    ),
  gif: (seed: string, size = 3_000) => withHead(Buffer.from('GIF89a'), seed, size),
  mp4: (seed: string, size = 3_000) =>
    withHead(Buffer.from('000000186674797069736f6d0000000069736f6d6d703432', 'hex'), seed, size),
  html: () => Buffer.from('<!doctype html><html><script>alert(document.cookie)</script></html>'),
} as const
