// Memory of the process that did all this, and how soon a process is ready with its folder.
import type { Stage } from '../contest.ts'
import type { Row } from '../report.ts'
import { memoryOf, type ServerProcess } from '../server-process.ts'
import { median } from '../statistics.ts'

/** Stops and starts the store again and again; the stage's own is stopped before. */
export async function measureStart(
  { options, store, nothing, progress }: Stage,
  restart: () => Promise<ServerProcess>,
): Promise<Row[]> {
  progress('memory and start')
  const [used, least] = [memoryOf(store.pid), memoryOf(nothing.pid)]
  const times: number[] = []
  for (let i = 0; i < options.rounds; i++) times.push((await restart()).readyMs)
  const memory: Row[] =
    used && least
      ? [
          {
            what: 'memory, resident',
            unit: 'MiB',
            store: used.all,
            nothing: least.all,
            aim: '200 MiB',
          },
          { what: "memory, the process's own", unit: 'MiB', store: used.own, nothing: least.own },
        ]
      : []
  return [...memory, { what: 'ready', unit: 'ms', store: median(times), aim: '500 ms' }]
}
