// One projection at work: what it is set to, how far it has come, and what of that is on disk.
import type { Log } from '../storage/log.ts'
import type { Projection } from './emission.ts'
import type { SystemProjection } from './system-projections.ts'

/** What is kept of a projection across restarts. Replaced as a whole with every change. */
export interface ProjectorState {
  readonly enabled: boolean
  /** The last position that has been projected; 0 for none. */
  readonly position: number
  /** Counts the changes by people. */
  readonly version: number
  /** The version at the last reset, -1 before the first. */
  readonly epoch: number
  readonly query: string
}

/** A projection and its state in memory. */
export class Projector {
  readonly definition: SystemProjection
  state: ProjectorState
  /** The position on disk: where a restart begins. */
  checkpoint: number
  /** Events projected since the server began. */
  eventsProcessed = 0
  /** Stopped by an abort, since the server began. */
  aborted = false
  /** Why it can't go on, if it can't. */
  fault = ''
  /** What keeps it waiting. */
  hindrance = ''

  private constructor(definition: SystemProjection, state: ProjectorState) {
    this.definition = definition
    this.state = state
    this.checkpoint = state.position
  }

  /** As the log has it, or as it is in a log that knows nothing of it. */
  static load(definition: SystemProjection, log: Log): Projector {
    const kept = log.setting(settingName(definition))
    const fresh = { enabled: false, position: 0, version: 0, epoch: -1, query: definition.query }
    return new Projector(definition, kept ? (JSON.parse(kept) as ProjectorState) : fresh)
  }

  get running(): boolean {
    return this.state.enabled && this.fault === ''
  }

  /** The projection as it is set; its query has been read before it was kept. */
  get projection(): Projection {
    return this.definition.with(this.state.query) as Projection
  }

  /** Within a transaction: keeps a state. */
  keep(log: Log, state: ProjectorState): void {
    log.putSetting(settingName(this.definition), JSON.stringify(state))
  }
}

const settingName = ({ name }: SystemProjection): string => `projection:${name}`
