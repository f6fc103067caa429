// A page of the log, projected: what comes of it is written together with the place reached.
import { positionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { Batch } from './batch.ts'
import type { Projector } from './projector.ts'
import { isProjected, SourceEvent } from './source-event.ts'

/** Records a page. Each makes up to five links: a commit of more would keep writers waiting for longer than they notice. */
const PAGE_RECORDS = 200

/**
 * Has projections that have come equally far project the page behind that place. Resolves when it is on disk: true while
 * there is more. Rejects when it could not be written; then nothing of it was.
 */
export async function projectPage(
  store: Store,
  group: readonly Projector[],
  after: number,
): Promise<boolean> {
  const end = store.log.lastPosition
  const batches = group.map(projector => new Batch(projector))
  let position = after
  store.log.scanAll({ from: after + 1, backwards: false, limit: PAGE_RECORDS }, record => {
    position = positionOf(record)
    if (!isProjected(streamNameOf(record))) return
    const event = new SourceEvent(record)
    for (const batch of batches) batch.take(event)
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
      },
      () => {
        for (const batch of batches) batch.written()
        resolve()
      },
      error => {
        for (const batch of batches) batch.undo()
        reject(error)
      },
    )
  })
}
