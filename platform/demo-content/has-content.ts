// Whether anybody has ever signed up or written a post: asked of the log itself.
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client'

const WITHIN_MS = 30_000

/**
 * Looks for the first event of a user or post stream; an empty log is known by reaching its end.
 * @throws when the event store does not answer
 */
export async function hasContent(eventStoreUrl: string): Promise<boolean> {
  const client = EventStoreDBClient.connectionString(eventStoreUrl)
  const subscription = client.subscribeToAll({
    fromPosition: START,
    filter: streamNameFilter({ prefixes: ['user-', 'post-'] }),
  })
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const overdue = () => reject(new Error('The event store does not tell whether it is empty'))
      const timer = setTimeout(overdue, WITHIN_MS)
      subscription.once('close', () => clearTimeout(timer))
      subscription.on('error', reject)
      subscription.once('data', () => resolve(true))
      subscription.once('caughtUp', () => resolve(false))
    })
  } finally {
    await subscription.unsubscribe()
    await client.dispose()
  }
}
