// Sends events the way a reader asked for them: as they are kept, or with links resolved, or with ids as two longs.
import { type IdForm, readEvent } from '../protocol/read-response.ts'
import { frameOf, isLinkRecord, positionOf } from '../protocol/recorded-event.ts'
import type { Call } from '../transport/call.ts'
import type { Streams } from './streams.ts'

export interface EventForm {
  readonly ids: IdForm
  readonly resolveLinks: boolean
}

/** One call's sender. */
export class EventSender {
  readonly #call: Call
  readonly #streams: Streams
  readonly #form: EventForm

  constructor(call: Call, streams: Streams, form: EventForm) {
    this.#call = call
    this.#streams = streams
    this.#form = form
  }

  /** Sends a record; of most, the very bytes that the store keeps. */
  send(record: Buffer): void {
    const { ids, resolveLinks } = this.#form
    const target =
      resolveLinks && isLinkRecord(record) ? this.#streams.resolve(record) : 'not-a-link'
    if (target === 'not-a-link') {
      this.#call.send(
        ids === 'text' ? frameOf(record) : readEvent({ event: record }, positionOf(record), ids),
      )
      return
    }
    const both = { event: target.event, link: record }
    this.#call.send(readEvent(both, positionOf(record), ids))
  }
}
