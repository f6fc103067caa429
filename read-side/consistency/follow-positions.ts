// Keeps the positions up to date: it listens to what projectors tell, and looks by itself in case a word was lost.
import {
  logStart,
  type Position,
  parsePosition,
} from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { backoffMilliseconds, pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import { Client } from 'pg'
import { type Checkpoint, checkpointOf, type KnownPositions } from './positions.ts'
import { isMissing } from './rebuilding.ts'

export interface FollowOptions {
  readonly connectionString: string
  readonly positions: Pick<KnownPositions, 'replace' | 'advance' | 'lose'>
  /** Told of each time that Postgres could not be followed, before it is tried again. */
  readonly onTrouble?: (error: unknown) => void
}

export interface Follower {
  /** Rejects, with the reason, while positions are not being followed. */
  check(): Promise<void>
  stop(): Promise<void>
}

const channel = 'projected'
const lookEveryMilliseconds = 250
const mostPauseMilliseconds = 1_000
const connectTimeoutMilliseconds = 2_000
// A connection that says nothing for so long is taken as dead, and made again.
const queryTimeoutMilliseconds = 2_000

const allCheckpoints = `select projector, version, position::text, goal::text, generation,
    live.version is not null as live
  from projections.checkpoints left join projections.live using (projector, version)
  order by version`

/** Follows until it is stopped, over a connection of its own that is made again whenever it breaks. */
export function followPositions({
  connectionString,
  positions,
  onTrouble,
}: FollowOptions): Follower {
  const stopping = new AbortController()
  const { signal } = stopping
  let trouble: unknown = new Error('Positions have not been read yet')

  async function followOnce(onFollowing: () => void): Promise<void> {
    const client = new Client({
      connectionString,
      application_name: 'cryptotalks read side: positions',
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMilliseconds,
      query_timeout: queryTimeoutMilliseconds,
    })
    const broken = new AbortController()
    client.on('error', error => broken.abort(error))
    client.on('end', () => broken.abort(new Error('The connection to Postgres has ended')))
    let lookNow = () => {}
    const ended = AbortSignal.any([signal, broken.signal])
    client.on('notification', ({ payload }) => {
      const checkpoint = checkpointOf(payload ?? '')
      if (checkpoint) positions.advance(checkpoint)
      // Anything else tells that other rows are shown than before.
      else lookNow()
    })
    try {
      await client.connect()
      // Listening comes before the first look: what is told in between is heard, what was told before is seen.
      await client.query(`listen ${channel}`)
      for (;;) {
        const told = new Promise<void>(resolve => {
          lookNow = resolve
        })
        const { live, progress } = await readCheckpoints(client)
        positions.replace(live, progress)
        onFollowing()
        await Promise.race([pause(lookEveryMilliseconds, ended), told])
      }
    } finally {
      positions.lose()
      await client.end().catch(() => {})
    }
  }

  async function followForever(): Promise<void> {
    let attempt = 0
    while (!signal.aborted) {
      try {
        await followOnce(() => {
          trouble = undefined
          attempt = 0
        })
      } catch (error) {
        if (signal.aborted) return
        trouble = error
        // Postgres answers, and there are no read models in it.
        if (isMissing(error)) positions.replace([])
        onTrouble?.(error)
      }
      attempt += 1
      await pause(
        backoffMilliseconds(attempt, Math.random, 50, mostPauseMilliseconds),
        signal,
      ).catch(() => {})
    }
  }

  const following = followForever()
  return {
    async check() {
      if (trouble !== undefined)
        throw new Error('The projections can not be followed', { cause: trouble })
    },
    async stop() {
      stopping.abort(new Error('stopped'))
      await following
    },
  }
}

async function readCheckpoints(client: Client) {
  const { rows } = await client.query<{
    readonly projector: string
    readonly version: number
    readonly position: string
    readonly goal: string
    readonly generation: string
    readonly live: boolean
  }>({ name: 'all-checkpoints', text: allCheckpoints })
  const live: Checkpoint[] = []
  const progress = new Map<string, number>()
  for (const { projector, version, generation, ...row } of rows) {
    const position = parsePosition(row.position) ?? logStart
    if (row.live) live.push({ projector, version, position, generation })
    else progress.set(projector, progressOf(position, parsePosition(row.goal) ?? logStart))
  }
  return { live, progress }
}

// Not quite everything, as long as it is not shown: what comes last is to show it.
const most = 0.999

const progressOf = (position: Position, goal: Position): number =>
  position >= goal
    ? most
    : Math.min(most, Math.floor((Number(position) / Number(goal)) * 1_000) / 1_000)
