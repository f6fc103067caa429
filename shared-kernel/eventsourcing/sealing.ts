// Seals and opens personal data with AES-256-GCM.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12 // the size NIST SP 800-38D recommends for GCM
const tagBytes = 16

/**
 * Seals `plain` under a key of 32 bytes as base64 of iv, ciphertext and tag. `context` is bound to the box: it opens
 * only with the same one, so a box can't be moved to another event type or person.
 */
export function seal(key: Uint8Array, plain: Uint8Array, context: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(context))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  )
}

/** Opens what `seal` made. Throws when key, context or box are not the ones it was sealed with. */
export function open(key: Uint8Array, box: string, context: string): Buffer {
  const bytes = Buffer.from(box, 'base64')
  if (bytes.length < ivBytes + tagBytes) throw new Error('A sealed box is cut off')
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()])
}
