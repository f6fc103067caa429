// The metadata of a command that another command brings about.
import { randomUUID } from 'node:crypto'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'

/**
 * Metadata under an id of its own. For commands whose state tells what has been done already (a name is held, or not):
 * they may have to be done anew after they were undone, which their own earlier events must not hide.
 */
export const followUp = (
  { commandId, correlationId, actor, at }: CommandMetadata,
  id: string = randomUUID(),
): CommandMetadata => ({ commandId: id, correlationId, causationId: commandId, actor, at })
