// $by_event_type: in `$et-<type>` a link to every event of the type, in `$et-$deleted` one for each deleted stream.
import { isMetastream, streamOfMetastream } from '../streams/names.ts'
import type { Projection } from './emission.ts'

/**
 * Links events by their type, links left out. What is said of a stream by its metadata is linked as a place in that
 * stream, as the real server has it.
 */
export const byEventType: Projection = event => {
  if (event.isLink) return undefined
  const isDeletion = event.deletedStream !== undefined
  const stream = isMetastream(event.stream) ? streamOfMetastream(event.stream) : event.stream
  return {
    stream: `$et-${isDeletion ? '$deleted' : event.type}`,
    type: '$>',
    data: `${event.number}@${stream}`,
    ...(isDeletion ? { about: { $deleted: -1 } } : {}),
  }
}
