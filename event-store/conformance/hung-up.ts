// Waits for the end of a connection that the server closes on a client in the middle of sending.
import type { EventEmitter } from 'node:events'

/**
 * Resolves when a socket, a session or a stream of one is closed. Unlike `events.once` it does not reject if an error
 * is told first: whoever still sends may hear of the end as a reset, and whether it does is chance.
 */
export const hungUp = (connection: EventEmitter): Promise<void> =>
  new Promise(resolve => connection.once('close', () => resolve()))
