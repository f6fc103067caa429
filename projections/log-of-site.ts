// The log as the projectors follow it, and as they know it again.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { readSiteIdentity } from '@cryptotalks/shared-kernel/eventsourcing/site-identity'
import type { Log } from './engine/log.ts'
import { followProjected } from './follow.ts'

/** `onLost` is told of each loss of connection; the reading ends with it. */
export const logOfSite = (store: EventStore, onLost: (error: unknown) => void): Log => ({
  follow: followProjected(store, error => {
    onLost(error)
    throw error
  }),
  end: store.end,
  has: async ({ id, streamName, revision, position }) => {
    const found = await store.readOne(streamName, revision)
    return found?.id === id && found.position === position
  },
  siteId: async () => (await readSiteIdentity(store))?.siteId,
})
