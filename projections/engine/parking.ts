// Events that a live projector could not apply: kept with the reason, so that nothing is lost while it goes on.
import type { ClientBase, QueryConfig } from 'pg'
import type { Target } from './checkpoint.ts'
import { arrayLiteral, text } from './column.ts'
import type { Parked } from './fold.ts'

const longestReason = 1_000

/** Records parked events, each once. */
export function park(
  { name, version }: Pick<Target, 'name' | 'version'>,
  parked: readonly Parked[],
): QueryConfig {
  const list = (of: (one: Parked) => unknown) =>
    arrayLiteral(
      text,
      parked.map(one => String(of(one))),
    )
  return {
    name: 'park',
    text: `insert into projections.parked
        (projector, version, event_id, event_type, stream_name, revision, position, reason)
      select $1, $2, event_id, event_type, stream_name, revision::bigint, position::bigint, reason
      from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        as given (event_id, event_type, stream_name, revision, position, reason)
      on conflict do nothing`,
    values: [
      name,
      version,
      list(({ event }) => event.id),
      list(({ event }) => event.type),
      list(({ event }) => event.streamName),
      list(({ event }) => event.revision),
      list(({ event }) => event.position),
      // A reason may quote what was refused, the character NUL included, which no text column takes.
      list(({ reason }) => reason.replaceAll('\0', '�').slice(0, longestReason)),
    ],
  }
}

/** The streams that have parked events, whose later events wait with them. */
export async function parkedStreams(
  client: ClientBase,
  { name, version }: Pick<Target, 'name' | 'version'>,
): Promise<Set<string>> {
  const { rows } = await client.query<{ stream_name: string }>(
    'select distinct stream_name from projections.parked where projector = $1 and version = $2',
    [name, version],
  )
  return new Set(rows.map(({ stream_name }) => stream_name))
}
