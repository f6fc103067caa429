// How far a group has come, kept as events of a stream of its own.
import { randomUUID } from 'node:crypto'
import { fieldsOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import type { Writer } from '../streams/append.ts'
import { METADATA_TYPE, metastreamOf } from '../streams/names.ts'
import type { Streams } from '../streams/streams.ts'
import type { Ledger } from './ledger.ts'
import type { GroupSettings } from './settings.ts'

/** The stream of a group's checkpoints. */
export const checkpointStreamOf = (key: string): string =>
  `$persistentsubscription-${key}-checkpoint`

const TYPE = Buffer.from('$SubscriptionCheckpoint')
/** Older checkpoints are of no use; the last but one is kept as the real server does. */
const METADATA = '{"$maxCount":2}'

/** The text of the last checkpoint; undefined while there is none. */
export function lastCheckpoint(streams: Streams, key: string): string | undefined {
  const found = streams.visible(checkpointStreamOf(key))
  if (found.kind !== 'stream' || found.first > found.head) return undefined
  const record = streams.log.event(found.number, found.head)
  if (!record) return undefined
  try {
    const value: unknown = JSON.parse(fieldsOf(record).data.toString('utf8'))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** Within a commit: keeps a checkpoint. */
function writeCheckpoint(writer: Writer, streams: Streams, key: string, text: string): void {
  const stream = checkpointStreamOf(key)
  if (streams.state(metastreamOf(stream)).head < 0) {
    writer.append(metastreamOf(stream), 'any', [jsonEvent(METADATA_TYPE, METADATA)])
  }
  writer.append(stream, 'any', [jsonEvent(TYPE, JSON.stringify(text))])
}

const jsonEvent = (type: Buffer, json: string) => ({
  id: Buffer.from(randomUUID(), 'latin1'),
  type,
  isJson: true,
  data: Buffer.from(json),
  customMetadata: Buffer.alloc(0),
})

interface Kept {
  readonly key: string
  readonly settings: GroupSettings
  readonly ledger: Ledger
  readonly textOf: (place: number) => string
  /** The place of the checkpoint that the group goes on from. */
  readonly place: number | undefined
  /** Whether the group is still there: asked within the commit. */
  readonly isCurrent: () => boolean
}

/** Decides when a group's progress is worth a checkpoint, and writes it. */
export class CheckpointKeeper {
  readonly #store: Store
  readonly #kept: Kept
  #place: number | undefined
  #sequence = -1
  // The time counts from the last checkpoint; before the first one it has always elapsed.
  #writtenAt = -Infinity
  #isWriting = false

  constructor(store: Store, kept: Kept) {
    this.#store = store
    this.#kept = kept
    this.#place = kept.place
  }

  /** The place of the last checkpoint; undefined while there is none. */
  get place(): number | undefined {
    return this.#place
  }

  /** Whether enough is done with for a checkpoint as soon as its time comes. */
  get isPending(): boolean {
    return this.#finished >= Math.max(this.#kept.settings.minCheckpointCount, 1)
  }

  get #finished(): number {
    return this.#kept.ledger.progress.sequence - this.#sequence
  }

  /** Writes a checkpoint if it is due: at once by the upper bound, by the lower one only as time goes by. */
  keep({ onTick }: { readonly onTick: boolean }): void {
    const { settings } = this.#kept
    const elapsed = performance.now() - this.#writtenAt >= settings.checkpointAfterMs
    const isMany = this.#finished >= Math.max(settings.maxCheckpointCount, 1)
    if (!this.#isWriting && (isMany || (onTick && elapsed && this.isPending))) this.#write()
  }

  #write(): void {
    const { ledger, key, textOf, isCurrent } = this.#kept
    const { place, sequence } = ledger.progress
    if (place === undefined) return
    this.#isWriting = true
    this.#writtenAt = performance.now()
    this.#store.write(
      writer => {
        if (isCurrent()) writeCheckpoint(writer, this.#store.streams, key, textOf(place))
      },
      () => {
        this.#isWriting = false
        this.#place = place
        this.#sequence = sequence
        // What was finished in the meantime may be enough for the next.
        this.keep({ onTick: false })
      },
      () => {
        // The next tick tries again.
        this.#isWriting = false
      },
    )
  }
}
