// npm run bench: the store beside a null server, which shows what client and machine allow, in one run.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from './contest.ts'
import { measureAppends } from './measures/appends.ts'
import { measureBatches } from './measures/batches.ts'
import { measureLive } from './measures/live.ts'
import { measureReads } from './measures/reads.ts'
import { measureScan } from './measures/scan.ts'
import { measureStart } from './measures/start.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { type Row, renderTable } from './report.ts'
import { clientOf, type ServerProcess, startNothing, startStore } from './server-process.ts'

async function run(options: Options): Promise<Row[]> {
  const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'event-store-bench-'))
  const nothing = await startNothing(options.events)
  let store = await startStore(dir)
  const restart = async (): Promise<ServerProcess> => {
    await store.stop()
    store = await startStore(dir)
    return store
  }
  const progress = (line: string) => process.stderr.write(`  ${line}\n`)
  const rival = options.rival ? { client: clientOf(options.rival) } : undefined
  const stage: Stage = { options, store, nothing, rival, dir, progress }
  const measures = {
    reads: measureReads,
    appends: measureAppends,
    batches: measureBatches,
    live: measureLive,
    scan: measureScan,
    start: (of: Stage) => measureStart(of, restart),
  }
  try {
    const rows: Row[] = []
    for (const name of options.measures) rows.push(...(await measures[name](stage)))
    return rows
  } finally {
    await store.stop()
    await nothing.stop()
    void rival?.client.dispose()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (!options) return console.log(usage)
  const load = loadavg()[0] as number
  const rows = await run(options)
  const machine = {
    node: process.version,
    cores: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    load: `${load.toFixed(2)} before the run`,
  }
  if (options.json) return console.log(JSON.stringify({ machine, options, rows }, null, 2))
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`)
  console.log(`${options.rounds} rounds, medians\n`)
  console.log(renderTable(rows))
}

await main()
process.exit()
