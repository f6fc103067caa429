// The rules of writing: expected revisions, idempotence, soft deletes, tombstones.
import { randomUUID } from 'node:crypto'
import type { Expectation } from '../protocol/append-request.ts'
import {
  fieldsOf,
  idOf,
  type NewEvent,
  positionOf,
  revisionOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
} from '../protocol/recorded-event.ts'
import { DELETED_TB, withTruncateBefore } from './metadata.ts'
import {
  isMetastream,
  METADATA_TYPE,
  metastreamOf,
  streamOfMetastream,
  TOMBSTONE_TYPE,
} from './names.ts'
import type { StreamState } from './stream-cache.ts'
import type { Streams } from './streams.ts'

/** An append that stands: its last event's place. */
export interface Appended {
  readonly kind: 'appended'
  /** Undefined while the stream has no event. */
  readonly revision: number | undefined
  /** Undefined for an event that was there before and is hidden now. */
  readonly position: number | undefined
}

/** Why an append or a delete wrote nothing. */
export type AppendRefusal =
  | {
      readonly kind: 'wrong-expected-version'
      readonly stream: string
      readonly expected: Expectation
      /** Undefined where the stream has no event. */
      readonly current: number | undefined
    }
  | { readonly kind: 'stream-deleted'; readonly stream: string }
  | { readonly kind: 'too-large'; readonly limit: number }

const NOTHING: Buffer = Buffer.alloc(0)
/** On the wire, an exact revision of 2^64-1 stands for none. */
const NO_REVISION = 2n ** 64n - 1n
/** An event that the server writes by itself. */
export const ownEvent = (type: Buffer, data: Buffer, isJson = true): NewEvent => ({
  id: Buffer.from(randomUUID(), 'latin1'),
  type,
  isJson,
  data,
  customMetadata: NOTHING,
})

/** Writes to streams. Every method belongs inside a transaction of the log. */
export class Writer {
  readonly #streams: Streams

  constructor(streams: Streams) {
    this.#streams = streams
  }

  /** Appends events to a stream if it is as its writer expects, or answers as it did when it wrote the same before. */
  append(
    name: string,
    expected: Expectation,
    events: readonly NewEvent[],
  ): Appended | AppendRefusal {
    const state = this.#streams.state(name)
    // The real server still takes metadata of a tombstoned stream that had some before, though nobody can read it.
    const ended = state.head < 0 ? this.#streams.isTombstoned(name) : state.tombstoned
    if (ended) return { kind: 'stream-deleted', stream: name }
    const verdict = this.#check(state, expected === NO_REVISION ? 'no-stream' : expected, events)
    if (verdict === 'write') return this.#write(state, events)
    return verdict.kind === 'wrong-expected-version' ? { ...verdict, expected } : verdict
  }

  /** Hides a stream until it is written again. */
  delete(name: string, expected: Expectation): Appended | AppendRefusal {
    const refusal = this.#checkDelete(name, expected)
    if (refusal) return refusal
    const metastream = this.#streams.state(metastreamOf(name))
    if (this.#streams.state(name).head < 0 && metastream.head < 0) {
      return this.#wrongVersion(this.#streams.state(name), expected)
    }
    return this.#add(metastream, [ownEvent(METADATA_TYPE, Buffer.from(`{"$tb":${DELETED_TB}}`))])
  }

  /** Ends a stream for ever. */
  tombstone(name: string, expected: Expectation): Appended | AppendRefusal {
    const refusal = this.#checkDelete(name, expected)
    if (refusal) return refusal
    const state = this.#streams.state(name)
    const event = ownEvent(TOMBSTONE_TYPE, NOTHING, false)
    const position = this.#streams.log.append(this.#numbered(state), TOMBSTONE_REVISION, event)
    state.tombstoned = true
    return { kind: 'appended', revision: undefined, position }
  }

  /** Writes an event of the server's own. */
  appendOwn(stream: string, type: string, json: string): void {
    this.#write(this.#streams.state(stream), [ownEvent(Buffer.from(type), Buffer.from(json))])
  }

  /** Writes events that the server made itself, whatever the stream holds; it must not have ended in a tombstone. */
  appendEvents(stream: string, events: readonly NewEvent[]): void {
    this.#write(this.#streams.state(stream), events)
  }

  #wrongVersion(state: StreamState, expected: Expectation): AppendRefusal {
    const current = state.head < 0 ? undefined : state.head
    return { kind: 'wrong-expected-version', stream: state.name, expected, current }
  }

  #checkDelete(name: string, expected: Expectation): AppendRefusal | undefined {
    if (this.#streams.isTombstoned(name)) return { kind: 'stream-deleted', stream: name }
    const state = this.#streams.state(name)
    const { deleted } = this.#streams.limits(name)
    if (expected === 'any') return undefined
    if (expected === 'stream-exists') return this.#checkExists(state)
    if (expected === 'no-stream') {
      return state.head < 0 || deleted ? undefined : this.#wrongVersion(state, expected)
    }
    return BigInt(state.head) === expected ? undefined : this.#wrongVersion(state, expected)
  }

  #checkExists(state: StreamState): AppendRefusal | undefined {
    if (this.#streams.limits(state.name).deleted) {
      return { kind: 'stream-deleted', stream: state.name }
    }
    const missing = state.head < 0 && this.#streams.state(metastreamOf(state.name)).head < 0
    return missing ? this.#wrongVersion(state, 'stream-exists') : undefined
  }

  #check(
    state: StreamState,
    expected: Expectation,
    events: readonly NewEvent[],
  ): 'write' | Appended | AppendRefusal {
    if (expected === 'any') return this.#checkIds(state, expected, events)
    if (expected === 'stream-exists') {
      return this.#checkExists(state) ?? this.#checkIds(state, expected, events)
    }
    const revision = expected === 'no-stream' ? -1n : expected
    if (revision > BigInt(state.head)) return this.#wrongVersion(state, expected)
    if (revision === BigInt(state.head)) return 'write'
    return this.#checkPlaces(state, expected, Number(revision), events)
  }

  /** Without an exact place, ids are looked for in the whole stream: the first decides whether this was written before. */
  #checkIds(
    state: StreamState,
    expected: Expectation,
    events: readonly NewEvent[],
  ): 'write' | Appended | AppendRefusal {
    let last: Buffer | undefined
    for (const event of state.head < 0 ? [] : events) {
      const found = this.#find(state, event.id)
      if (!found) return last ? this.#wrongVersion(state, expected) : 'write'
      last = found
    }
    return last ? this.#again(state, last) : 'write'
  }

  /** With an exact place behind the head, the events that follow it must be the very same. */
  #checkPlaces(
    state: StreamState,
    expected: Expectation,
    revision: number,
    events: readonly NewEvent[],
  ): 'write' | Appended | AppendRefusal {
    let last: Buffer | undefined
    for (const [i, event] of events.entries()) {
      const stored = this.#streams.log.event(state.number as number, revision + 1 + i)
      if (stored && idOf(stored).equals(event.id)) {
        last = stored
        continue
      }
      const reborn = expected === 'no-stream' && this.#streams.limits(state.name).deleted
      return i === 0 && reborn ? 'write' : this.#wrongVersion(state, expected)
    }
    return last ? this.#again(state, last) : this.#wrongVersion(state, expected)
  }

  /** An id counts where it was written first: in another stream than that, the same id is new each time. */
  #find(state: StreamState, id: Buffer): Buffer | undefined {
    const record = this.#streams.log.eventById(id)
    return record && streamNumberOf(record) === state.number ? record : undefined
  }

  /** The answer to an append that was written before: that of its last event, which may be hidden by now. */
  #again(state: StreamState, last: Buffer): Appended {
    const revision = revisionOf(last)
    const hidden =
      this.#streams.isTombstoned(state.name) ||
      this.#streams.limits(state.name).deleted ||
      revision < this.#streams.firstVisible(state)
    return { kind: 'appended', revision, position: hidden ? undefined : positionOf(last) }
  }

  #write(state: StreamState, events: readonly NewEvent[]): Appended {
    const reborn = this.#streams.limits(state.name).deleted ? state : this.#rebornBy(state)
    const shownFrom = reborn && reborn.head + 1
    const result = this.#add(state, events)
    if (reborn) this.#bringBack(reborn, shownFrom as number)
    return result
  }

  /** Metadata written to a deleted stream brings it back, too. */
  #rebornBy(metastream: StreamState): StreamState | undefined {
    if (!isMetastream(metastream.name)) return undefined
    const state = this.#streams.state(streamOfMetastream(metastream.name))
    const isDeleted = !state.tombstoned && this.#streams.limits(state.name).deleted
    return isDeleted ? state : undefined
  }

  /** Keeps the metadata, but shows the events from a revision on. */
  #bringBack(state: StreamState, shownFrom: number): void {
    const metastream = this.#streams.state(metastreamOf(state.name))
    const last = this.#streams.log.event(metastream.number as number, metastream.head)
    const data = last && withTruncateBefore(fieldsOf(last).data, shownFrom)
    if (data) this.#add(metastream, [ownEvent(METADATA_TYPE, data)])
  }

  #numbered(state: StreamState): { name: string; number: number } {
    state.number ??= this.#streams.log.createStream(state.name)
    return { name: state.name, number: state.number }
  }

  #add(state: StreamState, events: readonly NewEvent[]): Appended {
    let position: number | undefined
    for (const event of events) {
      position = this.#streams.log.append(this.#numbered(state), ++state.head, event)
    }
    if (events.length > 0) state.limits = undefined
    position ??= this.#streams.log.skipPosition()
    return { kind: 'appended', revision: state.head < 0 ? undefined : state.head, position }
  }
}
