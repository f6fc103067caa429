// How the process, its machine and the store are doing, as Monitoring.Stats and /stats tell it.
import { freemem, loadavg, totalmem } from 'node:os'
import type { LogWatch } from '../storage/log-watch.ts'
import type { Store } from '../store.ts'

/** Figures by name, within groups. */
export interface Figures {
  readonly [name: string]: number | string | Figures
}

const MICROSECONDS = 1e6

/** The figures of this moment, under the names of the real server where it has the same. */
export function statistics(
  store: Store,
  watch?: LogWatch,
): { proc: Figures; sys: Figures; es: Figures } {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const [minute = 0, fiveMinutes = 0, quarter = 0] = loadavg()
  const seconds = process.uptime()
  const startTime = new Date(Date.now() - seconds * 1000).toISOString()
  return {
    proc: {
      startTime,
      id: process.pid,
      mem: rss,
      // Percent of one core since the process began.
      cpu: ((user + system) / MICROSECONDS / seconds) * 100,
      gc: { totalBytesInHeaps: heapTotal, usedBytes: heapUsed, external },
      up: seconds,
    },
    sys: {
      freeMem: freemem(),
      totalMem: totalmem(),
      loadavg: { '1m': minute, '5m': fiveMinutes, '15m': quarter },
    },
    // Who hears of what is written: subscriptions, persistent ones that somebody reads, running projections.
    es: {
      checksum: store.log.lastPosition,
      followers: store.feed.followers,
      ...(watch ? { log: watchFigures(watch) } : {}),
    },
  }
}

/** How much of the log was looked at since the start, and what was found. */
function watchFigures({ watched }: LogWatch): Figures {
  const { verifiedTo, of, done, faults, moreFaults } = watched
  const [first] = faults
  return {
    verified: { position: verifiedTo, of, percent: done ? 100 : (100 * verifiedTo) / of },
    damage: {
      places: faults.length + moreFaults,
      ...(first ? { file: first.file, position: first.position, words: first.words } : {}),
    },
  }
}

/** The same as one level of texts, the names of a group and its figures joined by a hyphen. */
export function flat(figures: Figures, prefix = ''): [string, string][] {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object'
      ? flat(value, `${prefix}${name}-`)
      : [[`${prefix}${name}`, String(value)] as [string, string]],
  )
}
