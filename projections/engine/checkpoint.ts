// A projector's checkpoint row: taken over by one worker at a time, moved in the transaction that writes its rows.
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { ClientBase, QueryConfig } from 'pg'
import { type Landmark, landmarkText } from './log.ts'
import { projectedChannel } from './tables.ts'

/** Which checkpoint, and the schema that holds the rows it stands for. */
export interface Target {
  readonly name: string
  readonly version: number
  readonly schema: string
}

/** A checkpoint as its worker holds it. */
export interface Held {
  readonly position: Position
  readonly fence: string
}

/** Raises the fence, so that every earlier worker's next write fails, and tells where to go on. */
export async function takeOver(
  client: ClientBase,
  { name, version }: Pick<Target, 'name' | 'version'>,
): Promise<Held> {
  const { rows } = await client.query<{ position: string; fence: string }>(
    `insert into projections.checkpoints as held (projector, version, fence) values ($1, $2, 1)
     on conflict (projector, version) do update set fence = held.fence + 1
     returning position, fence`,
    [name, version],
  )
  const [row] = rows
  if (!row) throw new Error('A checkpoint row was neither made nor found')
  return { position: BigInt(row.position), fence: row.fence }
}

/**
 * Moves the checkpoint and tells all who wait, once it is committed. Gives one row when position and fence are still
 * those held, none when another worker has moved on.
 */
export const moveCheckpoint = (
  { name, version }: Pick<Target, 'name' | 'version'>,
  held: Held,
  to: Position,
  events: number,
  landmark?: Landmark,
): QueryConfig => ({
  name: 'move checkpoint',
  text: `with moved as (
      update projections.checkpoints
      set position = $4, events = events + $6, landmark = coalesce($7, landmark), updated_at = now()
      where projector = $1 and version = $2 and position = $3 and fence = $5
      returning projector, version, position)
    select pg_notify('${projectedChannel}', json_build_object(
      'projector', projector, 'version', version, 'position', position::text)::text) from moved`,
  values: [
    name,
    version,
    String(held.position),
    String(to),
    held.fence,
    events,
    landmark ? landmarkText(landmark) : null,
  ],
})
