// FNV-1a, 32 bit: the same small number for the same text, everywhere.

const encoder = new TextEncoder()

/** The unsigned 32-bit FNV-1a hash of the text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
