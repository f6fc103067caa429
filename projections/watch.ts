// What operators see of the projectors: log lines, metrics, and whether each is ready to work.
import { noSpaceIn } from '@cryptotalks/shared-kernel/eventsourcing/no-space'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import type { Metrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import type { LaneObserver, LaneState } from './engine/lane.ts'
import { type Projector, schemaOf } from './engine/projector.ts'
import type { Rebuild } from './engine/session.ts'
import { unsoundness } from './engine/soundness.ts'

export interface Watch {
  readonly observerOf: (projector: Projector) => LaneObserver
  readonly states: ReadonlyMap<string, LaneState>
  /** What PostgreSQL said of a disk without room, until something was written again. */
  readonly noSpace: () => string | undefined
  /** What is being made from nothing: in words, and for how long already. */
  readonly rebuilds: () => readonly { readonly text: string; readonly seconds: number }[]
}

interface Rebuilding extends Rebuild {
  readonly since: number
  progress: number
  toldAt: number
}

const pageBucketsSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]
// Long ones are told of on the terminal, too, where only warnings show.
const tellAgainMilliseconds = 10_000
const percent = (progress: number): string => `${Math.floor(progress * 100)} %`

/** Logs and counts what the lanes tell. */
export function createWatch(logger: Logger, metrics: Metrics): Watch {
  const states = new Map<string, LaneState>()
  let full: string | undefined
  const rebuilding = new Map<string, Rebuilding>()
  const measures = measuresOf(metrics)
  const observerOf = (projector: Projector): LaneObserver => {
    const { name, version } = projector
    const label = { projector: name, version: String(version) }
    const log = logger.child(label)
    const key = schemaOf(projector)
    const setProgress = (progress: number) => measures.progress.set(label, progress)
    setProgress(1)
    return {
      onState: state => {
        const before = states.get(key)
        states.set(key, state)
        // Whoever leads tells how far it is.
        if (state === 'standby') rebuilding.delete(key)
        measures.active.set(label, state === 'active' ? 1 : 0)
        if (state !== before) log.info({ state }, 'projector state')
      },
      onPosition: at => {
        measures.position.set(label, Number(at))
        const rebuild = rebuilding.get(key)
        if (!rebuild) return
        rebuild.progress = progressOf(at, rebuild.goal)
        setProgress(rebuild.progress)
        if (performance.now() - rebuild.toldAt < tellAgainMilliseconds) return
        rebuild.toldAt = performance.now()
        log.warn(
          { why: rebuild.why },
          `the read model is being rebuilt, ${percent(rebuild.progress)} done`,
        )
      },
      onApplied: ({ events, rows, parked, seconds }) => {
        full = undefined
        measures.events.inc(label, events)
        measures.rows.inc(label, rows)
        measures.parked.inc(label, parked.length)
        for (const [part, value] of Object.entries(seconds))
          measures.pageSeconds.observe({ ...label, part }, value)
        for (const { event, reason } of parked)
          log.error({ eventId: event.id, stream: event.streamName, reason }, 'event parked')
      },
      onGoLive: outcome => {
        if (outcome.kind !== 'live')
          return log.warn({ outcome }, 'the new version does not go live yet')
        rebuilding.delete(key)
        setProgress(1)
        log.info('the version is shown')
      },
      onRebuild: rebuild => {
        const now = performance.now()
        rebuilding.set(key, { ...rebuild, since: now, progress: 0, toldAt: now })
        setProgress(0)
        measures.rebuilds.inc({ ...label, reason: rebuild.why })
        const words = `the read model is rebuilt from nothing: ${unsoundness[rebuild.why]}`
        if (rebuild.why === 'never-built' || rebuild.why === 'unfinished')
          log.info({ why: rebuild.why }, words)
        else log.error({ why: rebuild.why }, words)
      },
      onLogAway: (error, inARow) => {
        log.warn({ err: error, inARow }, 'the event store could not be asked about its log')
      },
      onTrouble: (error, inARow) => {
        measures.failures.inc(label)
        full = noSpaceIn(error)
        log.warn({ err: error, inARow }, 'the projector starts over')
      },
      onStopped: error => log.error({ err: error }, 'the projector has stopped'),
    }
  }
  return {
    noSpace: () => full,
    observerOf,
    states,
    rebuilds: () =>
      [...rebuilding].map(([name, { why, progress, since }]) => ({
        text: `${name}: rebuilding from nothing (${unsoundness[why]}), ${percent(progress)} done`,
        seconds: (performance.now() - since) / 1_000,
      })),
  }
}

/** How much of the way to the goal is done, from 0 to 1. */
const progressOf = (position: Position, goal: Position): number =>
  position >= goal ? 1 : Number(position) / Number(goal)

function measuresOf(metrics: Metrics) {
  const labels = ['projector', 'version']
  return {
    events: metrics.counter({ name: 'projection_events_total', help: 'Events dealt with', labels }),
    rows: metrics.counter({
      name: 'projection_rows_total',
      help: 'Rows written or removed',
      labels,
    }),
    parked: metrics.counter({ name: 'projection_parked_total', help: 'Events parked', labels }),
    failures: metrics.counter({
      name: 'projection_failures_total',
      help: 'Failures after which the projector started over',
      labels,
    }),
    rebuilds: metrics.counter({
      name: 'projection_rebuilds_total',
      help: 'Read models begun from nothing, by why; anything but never-built wants looking into',
      labels: [...labels, 'reason'],
    }),
    progress: metrics.gauge({
      name: 'projection_rebuild_progress',
      help: 'How much of the log a rebuild from nothing has read, from 0 to 1; 1 while none is under way',
      labels,
    }),
    position: metrics.gauge({
      name: 'projection_position',
      help: 'The log position up to which this process has projected',
      labels,
    }),
    active: metrics.gauge({
      name: 'projection_active',
      help: '1 while this process leads the projector, 0 while it connects, stands by or has stopped',
      labels,
    }),
    pageSeconds: metrics.histogram({
      name: 'projection_page_seconds',
      help: 'Time of a page by part: load, fold, write',
      labels: [...labels, 'part'],
      buckets: pageBucketsSeconds,
    }),
  }
}
