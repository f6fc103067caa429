// Events that nobody could work off, put aside as links in a stream of the group's own.
import { randomUUID } from 'node:crypto'
import type { Delivery } from '../protocol/persistent-read.ts'
import { LINK_TYPE, type NewEvent, positionOf, revisionOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { METADATA_TYPE, metastreamOf } from '../streams/names.ts'
import { otherWork, PAGE_EVENTS } from '../subscriptions/catch-up.ts'
import { targetOf } from './delivery.ts'
import { type Entry, newEntry } from './entry.ts'
import { ALL, type GroupConfig, groupKey } from './settings.ts'

/** The stream of a group's parked events. */
export const parkedStreamOf = (key: string): string => `$persistentsubscription-${key}-parked`

/** The metadata by which replayed events are hidden: only those from a number on are still parked. */
const parkedFrom = (revision: number): string =>
  `{"$tb":${revision},"$acl":{"$r":"$admins","$w":"$admins","$d":"$admins","$mr":"$admins","$mw":"$admins"}}`

const eventOf = (fields: Omit<NewEvent, 'id'>): NewEvent => ({
  ...fields,
  id: Buffer.from(randomUUID(), 'latin1'),
})

/** A group's parked events. */
export class Parking {
  readonly #store: Store
  readonly #stream: string
  readonly #config: GroupConfig
  readonly #isCurrent: () => boolean
  #underWay = 0
  #isReplaying = false

  /** `isCurrent` is asked within the commit whether the group is still there. */
  constructor(store: Store, config: GroupConfig, isCurrent: () => boolean) {
    this.#store = store
    this.#stream = parkedStreamOf(groupKey(config.stream, config.group))
    this.#config = config
    this.#isCurrent = isCurrent
  }

  /** How many events are parked. */
  get count(): number {
    const found = this.#store.streams.visible(this.#stream)
    return found.kind === 'stream' ? Math.max(found.head - Math.max(found.first, 0) + 1, 0) : 0
  }

  /** How many are about to be parked. */
  get underWay(): number {
    return this.#underWay
  }

  /** Parks an event and calls back when that is on disk, or could not be done. */
  park(delivery: Delivery, reason: string, done: (isParked: boolean) => void): void {
    const link = this.#linkTo(delivery, reason)
    const finish = (isParked: boolean): void => {
      this.#underWay--
      done(isParked)
    }
    this.#underWay++
    this.#store.write(
      writer =>
        !this.#isCurrent() || writer.append(this.#stream, 'any', [link]).kind === 'appended',
      finish,
      () => finish(false),
    )
  }

  /**
   * Takes parked events out, up to the one of the number `stopAt`: they are parked no longer when this resolves. While
   * that is under way for somebody, there are none for anybody else.
   */
  async takeOut(stopAt: number): Promise<Entry[]> {
    if (this.#isReplaying) return []
    this.#isReplaying = true
    try {
      const entries = await this.#read(stopAt)
      const last = entries.at(-1)
      if (last) await this.#hideBefore(last.place + 1)
      return entries
    } finally {
      this.#isReplaying = false
    }
  }

  /** The link to write; its metadata reads as the real server's does, where a number of 0 is left out. */
  #linkTo(delivery: Delivery, reason: string): NewEvent {
    const original = delivery.link ?? delivery.event
    const revision = original && this.#config.stream !== ALL ? revisionOf(original) : 0
    const metadata = {
      added: new Date(this.#store.log.now()).toISOString(),
      reason,
      ...(revision === 0 ? {} : { subscriptionEventNumber: revision }),
    }
    return eventOf({
      type: LINK_TYPE,
      isJson: false,
      data: Buffer.from(targetOf(delivery)),
      customMetadata: Buffer.from(JSON.stringify(metadata, null, 2)),
    })
  }

  async #read(stopAt: number): Promise<Entry[]> {
    const { streams } = this.#store
    const found = streams.visible(this.#stream)
    if (found.kind !== 'stream') return []
    const entries: Entry[] = []
    const to = Math.min(found.head, stopAt - 1)
    for (let from = Math.max(found.first, 0); from <= to; ) {
      const page = streams.log.readStream(found.number, { from, to, limit: PAGE_EVENTS })
      const last = page.at(-1)
      if (!last) break
      for (const record of page) entries.push(replayed(record))
      from = revisionOf(last) + 1
      await otherWork()
    }
    return entries
  }

  #hideBefore(revision: number): Promise<void> {
    const metadata = eventOf({
      type: METADATA_TYPE,
      isJson: true,
      data: Buffer.from(parkedFrom(revision)),
      customMetadata: Buffer.alloc(0),
    })
    return new Promise((resolve, reject) => {
      this.#store.write(
        writer => {
          if (this.#isCurrent()) writer.append(metastreamOf(this.#stream), 'any', [metadata])
        },
        () => resolve(),
        reject,
      )
    })
  }
}

function replayed(record: Buffer): Entry {
  const place = { place: revisionOf(record), position: positionOf(record), previous: undefined }
  const entry = newEntry(record, { ...place, sequence: -1, replayed: true })
  // There may be very many.
  entry.record = undefined
  return entry
}
