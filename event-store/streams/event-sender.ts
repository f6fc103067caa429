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

  /** Sends a record, of most the very bytes that the store keeps; it needn't stay as it is afterwards. */
  send(record: Buffer): void {
    if (this.#form.resolveLinks && isLinkRecord(record)) this.#resolve(Buffer.from(record))
    else this.#sendAlone(record)
  }

  #sendAlone(record: Buffer): void {
    const { ids } = this.#form
    this.#call.send(
      ids === 'text' ? frameOf(record) : readEvent({ event: record }, positionOf(record), ids),
    )
  }

  #resolve(link: Buffer): void {
    const target = this.#streams.resolve(link)
    if (target === 'not-a-link') this.#sendAlone(link)
    else this.#call.send(readEvent({ event: target.event, link }, positionOf(link), this.#form.ids))
  }
}
