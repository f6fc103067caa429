// Names that only one may hold (e-mail addresses, user names, slugs): who took them and who gave them back.
import { z } from 'zod'
import { defineEvent } from '../eventsourcing/event-definition.ts'

/** The kinds of names that are unique over the whole site, each the category of its streams. */
export const reservedKinds = ['email', 'username', 'slug'] as const
export type ReservedKind = (typeof reservedKinds)[number]

const schema = z.strictObject({ kind: z.enum(reservedKinds), holder: z.string() })

/** Stands in the stream of the name, whose own name holds only a keyed hash of it. */
export const NameReserved = defineEvent({ type: 'NameReserved', version: 1, schema })

/** The holder changed it or never came to use it; anyone may take it now. */
export const NameReleased = defineEvent({ type: 'NameReleased', version: 1, schema })
