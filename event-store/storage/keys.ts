// The keys of the tables, in an order that the tables are read in.
import { createHash } from 'node:crypto'
import { TOMBSTONE_REVISION } from '../protocol/recorded-event.ts'

const RECORD_KEY_BYTES = 8
/** Names up to this many bytes are keys themselves, longer ones are known by their hash. */
const LONGEST_NAME_KEY = 400

const positionScratch = Buffer.alloc(RECORD_KEY_BYTES)
/** The key of a position; valid until the next one is made. */
export function positionKey(position: number): Buffer {
  positionScratch.writeUIntBE(position, 2, 6)
  return positionScratch
}

const revisionScratch = Buffer.alloc(12)
/** The key of a place in a stream; valid until the next one is made. */
export function revisionKey(streamNumber: number, revision: number): Buffer {
  revisionScratch.writeUInt32BE(streamNumber, 0)
  if (revision === TOMBSTONE_REVISION) revisionScratch.fill(0xff, 4)
  else {
    revisionScratch.writeUInt16BE(0, 4)
    revisionScratch.writeUIntBE(revision, 6, 6)
  }
  return revisionScratch
}

export function nameKey(name: string): Buffer {
  const bytes = Buffer.from(name)
  if (bytes.length <= LONGEST_NAME_KEY) return bytes
  return Buffer.concat([Buffer.from([0xff]), createHash('sha256').update(bytes).digest()])
}
