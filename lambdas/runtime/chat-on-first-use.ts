import type { ChatCipher } from '../core/ports/chat.ts'
import type { Bytes } from '../core/ports/media.ts'

/**
 * The cipher of encrypted messages, loaded with its first call: it takes a megabyte and a tenth of a second, and most
 * processes see no encrypted message.
 */
export function openChatCipherOnFirstUse(): ChatCipher {
  let opened: Promise<ChatCipher> | undefined
  const cipher = () => {
    opened ??= import('../adapters/chat/cipher.ts').then(({ createChatCipher }) => createChatCipher())
    return opened
  }
  async function* file(open: (cipher: ChatCipher) => Bytes): AsyncGenerator<Uint8Array> {
    yield* open(await cipher())
  }
  return {
    read: async (...event) => (await cipher()).read(...event),
    encrypt: async (...message) => (await cipher()).encrypt(...message),
    isKeyOf: async (...keys) => (await cipher()).isKeyOf(...keys),
    fingerprint: async (key) => (await cipher()).fingerprint(key),
    openFile: (...sealed) => file((one) => one.openFile(...sealed)),
    sealFile: (...plain) => file((one) => one.sealFile(...plain)),
    dimensions: async (bytes) => (await cipher()).dimensions(bytes),
  }
}
