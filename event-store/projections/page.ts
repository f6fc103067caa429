// A page of the log, projected: what comes of it is written together with the place reached.
import { positionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { Batch } from './batch.ts'
import type { Projector } from './projector.ts'
import { isProjected, SourceEvent } from './source-event.ts'

/** Events a page. Each makes up to five links: a commit of more would keep writers waiting for longer than they notice. */
const PAGE_EVENTS = 100
/** Records a page, links of earlier pages among them. */
const PAGE_RECORDS = 1000

/** The part of the log to project: from behind one position up to another, as much of it as a page takes. */
export interface Stretch {
  readonly after: number
  readonly until: number
}

/**
 * Has projections that have come equally far project the page behind that place. Resolves when it is written, though it
 * may still be on its way to disk: true while there is more. Rejects when it could not be written; then nothing of it was.
 */
export async function projectPage(
  store: Store,
  group: readonly Projector[],
  { after, until }: Stretch,
): Promise<boolean> {
  const end = store.log.lastPosition
  const batches = group.map(projector => new Batch(projector))
  let position = after
  let events = 0
  store.log.scanAll({ from: after + 1, backwards: false, limit: PAGE_RECORDS }, record => {
    position = Math.min(positionOf(record), until)
    if (positionOf(record) > until) return false
    if (!isProjected(streamNameOf(record))) return true
    const event = new SourceEvent(record)
    for (const batch of batches) batch.take(event)
    return ++events < PAGE_EVENTS
  })
  const isWritten = batches.some(batch => batch.needsWriting(position))
  if (isWritten) await write(store, batches, position)
  else for (const batch of batches) batch.skip(position)
  return position < end
}

function write(store: Store, batches: readonly Batch[], position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(
      writer => {
        for (const batch of batches) batch.write(writer, store, position)
        // The next page is made while the disk is at work. A commit that fails is told of before this turn is over.
        queueMicrotask(resolve)
      },
      () => {
        for (const batch of batches) batch.written()
      },
      error => {
        for (const batch of batches) batch.undo(store)
        reject(error)
      },
    )
  })
}
