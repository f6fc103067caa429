// The log as the projectors follow it, and as they know it again.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { readSiteIdentity } from '@cryptotalks/shared-kernel/eventsourcing/site-identity'
import type { Log } from './engine/log.ts'
import { followProjected } from './follow.ts'

// Servers before 22.6 do not say where in the log an event of a stream stands; its id has to do then.
const unknown: readonly Position[] = [0n, 2n ** 64n - 1n]

/** `onLost` is told of each loss of connection; the reading ends with it. */
export const logOfSite = (store: EventStore, onLost: (error: unknown) => void): Log => ({
  follow: followProjected(store, error => {
    onLost(error)
    throw error
  }),
  end: store.end,
  has: async ({ id, streamName, revision, position }) => {
    const found = await store.readOne(streamName, revision)
    return found?.id === id && (found.position === position || unknown.includes(found.position))
  },
  siteId: async () => (await readSiteIdentity(store))?.siteId,
})
