// The engine's own tables, as whoever waits for projectors or watches them queries them.

/** How far each version of a projector is. Rows and checkpoint are written in one transaction. */
export interface CheckpointRow {
  projector: string
  version: number
  /** Every event up to this log position has been dealt with; decimal text. */
  position: string
  /** Rises with each take-over; a worker with an older one can't write any more. */
  fence: string
  /** How many events of its types it has dealt with, parked ones included. */
  events: string
  updated_at: Date
  /** The site whose log it is; null while that was not founded. */
  site: string | null
  /** The last event seen at or before the position, as JSON: by it the log is known again. */
  landmark: string | null
  /** Names the rows that it tells of; another name than that of the schema means that they are gone. */
  generation: string
  /** Where the log ended when these rows were begun from nothing. */
  goal: string
}

/** An event that a projector could not apply and went past, or one that follows such an event in its stream. */
export interface ParkedRow {
  projector: string
  version: number
  event_id: string
  event_type: string
  stream_name: string
  revision: string
  position: string
  reason: string
  parked_at: Date
}

/** Which version of a projector the views show. */
export interface LiveRow {
  projector: string
  version: number
}

export interface EngineDatabase {
  'projections.checkpoints': CheckpointRow
  'projections.parked': ParkedRow
  'projections.live': LiveRow
}

/** The channel that tells of every moved checkpoint, as JSON of this shape, and when other rows are shown than before. */
export const projectedChannel = 'projected'

/** What is told on it when a version is shown for the first time, or is shown no more. */
export const shownHasChanged = 'shown'

export interface Projected {
  readonly projector: string
  readonly version: number
  readonly position: string
}
