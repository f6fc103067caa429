// $streams: a link to the first event of every stream.
import type { Projection } from './emission.ts'

/** Links the first event of a stream, whatever it is. */
export const streams: Projection = event =>
  event.number === '0' ? { stream: '$streams', type: '$>', data: `0@${event.stream}` } : undefined
