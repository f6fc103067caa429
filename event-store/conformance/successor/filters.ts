// Events of a test's own, and filters that let through some of them, for reads and subscriptions alike.
import type { Filter, Position } from '@kurrent/kurrentdb-client'
import { aStream } from '../words.ts'
import { type Client, kurrent } from './harness.ts'

/** What is written for one test: around its events stand the positions to begin at. */
export interface Written {
  readonly name: string
  readonly before: Position
  readonly first: Position
}

const labelled = (type: string, label: string) => kurrent.jsonEvent({ type, data: { label } })

/** Writes an event before, then `a` and `b` in two streams of different types, and metadata between them. */
export async function writtenFor(client: Client): Promise<Written> {
  const name = aStream('filtered')
  const before = await client.appendToStream(aStream(), labelled('before', 'before'))
  const first = await client.appendToStream(`${name}-a`, labelled(`made-${name}`, 'a'))
  await client.setStreamMetadata(`${name}-a`, { maxCount: 10 })
  await client.appendToStream(`${name}-b`, labelled(`changed-${name}`, 'b'))
  if (!before.position || !first.position) throw new Error('An append has a position.')
  return { name, before: before.position, first: first.position }
}

/** What a filter is of, how it is made of the test's name, and what it lets through, as `revision:label`. */
export const FILTERS: readonly [string, (name: string) => Filter, readonly string[]][] = [
  ['prefixes of streams', n => kurrent.streamNameFilter({ prefixes: ['?', `${n}-b`] }), ['0:b']],
  ['prefixes of types', n => kurrent.eventTypeFilter({ prefixes: [`made-${n}`] }), ['0:a']],
  [
    'an expression for streams',
    n => kurrent.streamNameFilter({ regex: `^${n}-[ab]$` }),
    ['0:a', '0:b'],
  ],
  [
    'an expression for types',
    n => kurrent.eventTypeFilter({ regex: `^(?:changed|other)-${n}` }),
    ['0:b'],
  ],
  ['no system events', () => kurrent.excludeSystemEvents(), ['0:a', '0:b']],
]
