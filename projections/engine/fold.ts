// Folds a page of events in memory, row by row key: which rows it touches, then what becomes of them. Pure.
import type { Decoded, StoredEvent } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { AnyEvent } from '@cryptotalks/shared-kernel/eventsourcing/event-definition'
import { KeyMissing } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import type { AnyHandler, Projector, TableFold } from './projector.ts'
import { hasKey, type Key, keyText, type Row } from './table.ts'

/** The rows of a table that one event touches. */
interface Touch {
  readonly fold: TableFold
  readonly handler: AnyHandler
  readonly keys: readonly (readonly [text: string, key: Key])[]
}

/** An event with the rows it touches, or with why it can't be applied. */
export type Step =
  | { readonly event: AnyEvent; readonly touches: readonly Touch[] }
  | { readonly event: StoredEvent; readonly failure: unknown }

/** Rows by the text of their key; undefined stands for none. */
export type Rows = Map<string, Row | undefined>

/** An event that was not applied. */
export interface Parked {
  readonly event: Pick<StoredEvent, 'id' | 'type' | 'streamName' | 'revision' | 'position'>
  readonly reason: string
  readonly cause?: unknown
}

/**
 * What a projector will make of an event: undefined when it isn't one of its own. Throws KeyMissing for one of its own
 * that is sealed under a lost key: to park it, or to go on without it, would forget somebody in silence.
 */
export function stepOf(projector: Projector, decoded: Decoded): Step | undefined {
  if (decoded.kind === 'unknown') return undefined
  if (decoded.kind === 'key-missing') {
    if (projector.handles.has(decoded.stored.type)) throw new KeyMissing(decoded.subject)
    return undefined
  }
  if (decoded.kind === 'unreadable') {
    const { stored, reason } = decoded
    return projector.handles.has(stored.type)
      ? { event: stored, failure: new Error(`unreadable: ${reason}`) }
      : undefined
  }
  const { event } = decoded
  if (!projector.handles.has(event.type)) return undefined
  try {
    return { event, touches: touchesOf(projector, event) }
  } catch (failure) {
    return { event, failure }
  }
}

function touchesOf(projector: Projector, event: AnyEvent): Touch[] {
  const touches: Touch[] = []
  for (const fold of projector.tables) {
    const handler = fold.handlers.get(event.type)
    if (!handler) continue
    const keys = handler.keysOf(event).map(key => [keyText(fold.table, key), key] as const)
    touches.push({ fold, handler, keys })
  }
  return touches
}

/** The keys of all rows that the steps touch, by table, each once. */
export function keysOf(steps: readonly Step[]): Map<TableFold, Map<string, Key>> {
  const tables = new Map<TableFold, Map<string, Key>>()
  for (const step of steps) {
    if (!('touches' in step)) continue
    for (const { fold, keys } of step.touches) {
      const known = tables.get(fold) ?? new Map<string, Key>()
      tables.set(fold, known)
      for (const [text, key] of keys) known.set(text, key)
    }
  }
  return tables
}

/** Rows as a fold changes them; an event is applied to all of its rows or to none. */
export interface WorkingRows {
  readonly rows: ReadonlyMap<TableFold, Rows>
  /** Streams whose events wait behind one that was parked. Grows as events are parked. */
  readonly blocked: Set<string>
}

/** Applies one step to `working`, in place. What comes back was not applied. */
export function applyStep(
  { parks }: Projector,
  working: WorkingRows,
  step: Step,
): Parked | undefined {
  const { event } = step
  if (parks === 'stream' && working.blocked.has(event.streamName))
    return { event, reason: 'follows a parked event of its stream' }
  try {
    if ('failure' in step) throw step.failure
    for (const change of changesOf(working, step)) change.rows.set(change.text, change.row)
    return undefined
  } catch (cause) {
    working.blocked.add(event.streamName)
    return { event, reason: cause instanceof Error ? cause.message : String(cause), cause }
  }
}

interface Change {
  readonly rows: Rows
  readonly text: string
  readonly row: Row | undefined
}

function changesOf(working: WorkingRows, step: Extract<Step, { touches: unknown }>): Change[] {
  const changes: Change[] = []
  for (const { fold, handler, keys } of step.touches) {
    const rows = working.rows.get(fold)
    if (!rows) throw new Error(`The rows of ${fold.table.name} were not loaded`)
    for (const [text, key] of keys) {
      const before = rows.get(text)
      const row = handler.apply(before, step.event, key)
      if (row === undefined || row === before) continue
      if (row !== 'delete' && !hasKey(fold.table, row, key, text))
        throw new Error(`A row of ${fold.table.name} was given another row's key`)
      changes.push({ rows, text, row: row === 'delete' ? undefined : row })
    }
  }
  return changes
}
