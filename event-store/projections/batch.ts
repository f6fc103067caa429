// What one projection makes of a page of the log, until it is written.
import type { NewEvent } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import type { Writer } from '../streams/append.ts'
import { emittedEvent, type Projection } from './emission.ts'
import { writeEmissions } from './emitted-stream.ts'
import type { Projector, ProjectorState } from './projector.ts'
import type { SourceEvent } from './source-event.ts'

/** A page that emits nothing moves the position in memory alone, up to so many bytes of the log. */
const QUIET_BYTES = 4 * 1024 * 1024

/** A link repeats the names of its event: one that would be larger than this could in the end not be sent to a reader. */
const MAX_EMISSION_BYTES = 1024 * 1024

const isTooLong = (stream: string, { data, customMetadata }: NewEvent): boolean =>
  stream.length + data.length + customMetadata.length > MAX_EMISSION_BYTES

/** Collects emissions by stream. What people change of the projection meanwhile makes the batch void. */
export class Batch {
  readonly #projector: Projector
  readonly #before: ProjectorState
  readonly #project: Projection
  readonly #streams = new Map<string, NewEvent[]>()
  #events = 0
  #after: ProjectorState | undefined

  constructor(projector: Projector) {
    this.#projector = projector
    this.#before = projector.state
    this.#project = projector.projection
  }

  take(event: SourceEvent): void {
    this.#events++
    const emission = this.#project(event)
    if (!emission) return
    const version = { id: this.#projector.definition.id, ...this.#before }
    const emitted = emittedEvent(emission, event, version)
    if (isTooLong(emission.stream, emitted)) return
    const events = this.#streams.get(emission.stream)
    if (events) events.push(emitted)
    else this.#streams.set(emission.stream, [emitted])
  }

  /** Whether the page ending at a position has to be written. */
  needsWriting(position: number): boolean {
    return this.#streams.size > 0 || position - this.#projector.checkpoint > QUIET_BYTES
  }

  /** Within a transaction: writes the emissions together with the position, both or neither. */
  write(writer: Writer, { log, streams }: Store, position: number): void {
    if (this.#isVoid) return
    const { epoch } = this.#before
    for (const [stream, events] of this.#streams) {
      writeEmissions(writer, streams, { stream, events, epoch })
    }
    this.#after = { ...this.#before, position }
    this.#projector.change(this.#after, log)
  }

  /** What was written is on disk. */
  written(): void {
    if (!this.#after) return
    this.#projector.checkpoint = this.#after.position
    this.#count()
  }

  /** There was nothing to write. */
  skip(position: number): void {
    if (this.#isVoid) return
    this.#projector.state = { ...this.#before, position }
    this.#count()
  }

  /** Nothing was written after all. */
  undo({ log }: Store): void {
    if (this.#after) this.#projector.restore(log)
  }

  get #isVoid(): boolean {
    return this.#projector.state !== this.#before
  }

  #count(): void {
    this.#projector.eventsProcessed += this.#events
    this.#projector.hindrance = ''
  }
}
