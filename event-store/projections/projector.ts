// One projection at work: what it is set to, how far it has come, and what of that is on disk.
import type { Log } from '../storage/log.ts'
import type { Projection } from './emission.ts'
import type { SystemProjection } from './system-projections.ts'

/** What is kept of a projection across restarts. Replaced as a whole with every change, in the order of the log. */
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
  state!: ProjectorState
  /** The position on disk: where a restart begins. */
  checkpoint!: number
  /** Events projected since the server began. */
  eventsProcessed = 0
  /** Stopped by an abort, since the server began. */
  aborted = false
  /** Why it can't go on, if it can't. */
  fault = ''
  /** What keeps it waiting. */
  hindrance = ''

  constructor(definition: SystemProjection, log: Log) {
    this.definition = definition
    this.restore(log)
  }

  get running(): boolean {
    return this.state.enabled && this.fault === ''
  }

  /** The projection as it is set; its query has been read before it was kept. */
  get projection(): Projection {
    return this.definition.with(this.state.query) as Projection
  }

  /** Within a transaction: takes on a state and keeps it. */
  change(state: ProjectorState, log: Log): void {
    this.state = state
    log.putSetting(settingName(this.definition), JSON.stringify(state))
  }

  /** Takes on the state that the log has: at the beginning, and when a transaction has failed. */
  restore(log: Log): void {
    const { query } = this.definition
    const kept = log.setting(settingName(this.definition))
    const fresh = { enabled: false, position: 0, version: 0, epoch: -1, query }
    this.state = kept ? (JSON.parse(kept) as ProjectorState) : fresh
    this.checkpoint = this.state.position
  }
}

const settingName = ({ name }: SystemProjection): string => `projection:${name}`
