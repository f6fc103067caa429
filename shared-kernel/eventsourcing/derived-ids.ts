// Ids that follow from other ids, so that whoever does a thing again arrives at the same ones.
import { parse, v5 } from 'uuid'
import type { CommandMetadata } from './metadata.ts'

const namespace = parse('7b0a4c0e-3f7c-5d0e-9d1a-6b3a5f2c9e41')
const utf8 = new TextEncoder()

/**
 * The id that `parts` always lead to: a UUID of version 5 (RFC 9562). Parts are joined unambiguously, so ('a', 'b/c')
 * and ('a/b', 'c') differ.
 */
export const derivedId = (...parts: readonly string[]): string =>
  v5(utf8.encode(JSON.stringify(parts)), namespace)

/**
 * The id of the `index`-th event that a command appends to a stream. A retry after an unknown outcome sends the same
 * ids with the same expected revision, which the store answers as it answered the first time. Another request under the
 * same command id has another fingerprint and so other ids: the store can't take it for the first one. `variant` tells
 * apart what one command comes to for reasons outside its input.
 */
export const eventIdOf = (
  { commandId, commandFingerprint = '' }: Pick<CommandMetadata, 'commandId' | 'commandFingerprint'>,
  streamName: string,
  index: number,
  variant?: string,
): string => {
  const parts = ['event', commandId, commandFingerprint, streamName, String(index)]
  return derivedId(...parts, ...(variant === undefined ? [] : [variant]))
}
