// Checks what a writer proposes before it takes part in a commit.
import type { AppendOptions, Expectation, ProposedEvent } from '../protocol/append-request.ts'
import type { NewEvent } from '../protocol/recorded-event.ts'
import { NIL_UUID } from '../protocol/uuid.ts'

/** The most data that one append may hold, over all its events; metadata, types and names are not counted. */
export const MAX_APPEND_BYTES = 1024 * 1024
/** The most that one append may weigh with everything: what the largest message could carry. */
export const MAX_PROPOSAL_BYTES = 16 * 1024 * 1024

/** Why a proposal is not even tried. */
export type ProposalFault =
  | { readonly kind: 'missing-metadata'; readonly property: string }
  | { readonly kind: 'bad-request'; readonly reason: string }

const NIL = Buffer.from(NIL_UUID, 'latin1')

/** An event that can be written, or what keeps it from being one. */
export function newEvent(proposed: ProposedEvent): NewEvent | ProposalFault {
  const { id, type, contentType, data, customMetadata } = proposed
  if (type === undefined) return { kind: 'missing-metadata', property: 'type' }
  if (contentType === undefined) return { kind: 'missing-metadata', property: 'content-type' }
  if (type.length === 0) return { kind: 'bad-request', reason: 'Empty event type.' }
  if (!id) return { kind: 'bad-request', reason: "The event's id is missing or no UUID." }
  if (id.equals(NIL)) return { kind: 'bad-request', reason: "The event's id is empty." }
  return { id, type, isJson: contentType === 'application/json', data, customMetadata }
}

export const isFault = (event: NewEvent | ProposalFault): event is ProposalFault => 'kind' in event

/** Where an append goes. */
export interface Target {
  readonly stream: string
  readonly expected: Expectation
}

/** A stream that can be written and an expectation that can be met, or why not. */
export function targetOf({ stream, expected }: AppendOptions): Target | ProposalFault {
  if (!stream) return { kind: 'bad-request', reason: 'The name of the stream is missing.' }
  if (stream === '$$') return { kind: 'bad-request', reason: 'A metastream of no stream.' }
  if (expected === undefined) {
    return { kind: 'bad-request', reason: 'The expected revision is missing.' }
  }
  if (typeof expected === 'bigint' && expected >= 2n ** 63n && expected !== 2n ** 64n - 1n) {
    return { kind: 'bad-request', reason: `Revision ${expected} is out of range.` }
  }
  return { stream, expected }
}
