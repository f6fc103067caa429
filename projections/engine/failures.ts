// What can go wrong while projecting, told apart by what it asks for: park, stop, step down, or try again.
import pg from 'pg'
import type { Parked } from './fold.ts'
import type { Projector } from './projector.ts'
import { type Unsound, unsoundness } from './soundness.ts'

/** Another worker took the projector over: this one must not write any more. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost'
  constructor(projector: string) {
    super(`Another worker took ${projector} over`)
  }
}

/** The rows are not what the log says, or are gone: they have to be looked at anew. */
export class ReadModelUnsound extends Error {
  override readonly name = 'ReadModelUnsound'
  constructor(projector: string, why: Unsound) {
    super(`${projector} can not go on: ${unsoundness[why]}`)
  }
}

/** Where nothing may be left out (a rebuild, a version that warms up), an event could not be applied. */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped'
  constructor({ name, version }: Pick<Projector, 'name' | 'version'>, { event, ...why }: Parked) {
    const place = `${event.type} (revision ${event.revision} of ${event.streamName}, position ${event.position})`
    super(`${name} version ${version} stopped at ${place}: ${why.reason}`, { cause: why.cause })
  }
}

/** The tables of this version were made from another declaration: its author has to raise the version. */
export class DeclarationChanged extends Error {
  override readonly name = 'DeclarationChanged'
  constructor(schema: string) {
    super(`The tables of ${schema} are not those that its projector declares: raise its version`)
  }
}

/** A row that can't be put into words for Postgres. */
export class UnwritableRow extends Error {
  override readonly name = 'UnwritableRow'
}

// Classes of SQLSTATE that lie in the data: data exceptions, broken constraints, limits of the program.
const dataErrorClasses = ['22', '23', '54']

/** Whether the same events will fail again however often they are tried. All else passes one day. */
export const liesInTheData = (error: unknown): boolean =>
  error instanceof UnwritableRow ||
  (error instanceof pg.DatabaseError && dataErrorClasses.includes(error.code?.slice(0, 2) ?? ''))
