// For tests: an event store that a process loses for good after so many appends, as kill -9 takes it away.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'

/**
 * Lets `appends` appends through. The next one is lost: `before` it reached the store, or `after` it was written and
 * before its answer came. From then on nothing works.
 */
export function dyingStore(
  store: EventStore,
  appends: number,
  dies: 'before' | 'after',
): EventStore {
  let left = appends
  const gone = () => Promise.reject(new Error('killed'))
  return {
    ...store,
    read: (...args) => (left < 0 ? gone() : store.read(...args)),
    append: async (...args) => {
      left -= 1
      if (left >= 0) return store.append(...args)
      if (left === -1 && dies === 'after') await store.append(...args)
      return gone()
    },
  }
}
