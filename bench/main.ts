// npm run bench: measures side by side, in one run, what Cryptotalks reaches and what plainer programs reach here.
import { startLoadGenerator } from './load/load-generator.ts'
import { describeMachine } from './machine.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { type Row, renderTable } from './report.ts'
import { runMeasures } from './run-measures.ts'
import { openStage } from './stage/stage.ts'

function print(options: Options, rows: readonly Row[]): void {
  const machine = describeMachine()
  if (options.json) {
    console.log(JSON.stringify({ machine, options, rows }, null, 2))
    return
  }
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`)
  const { events, rounds, secondsPerRound, inFlight, visibilitySamples, seed } = options
  console.log(
    `sizes: ${events} events, ${rounds} rounds of ${secondsPerRound} s, ${inFlight} in flight, ` +
      `${visibilitySamples} samples, seed ${seed}; medians of the rounds\n`,
  )
  console.log(renderTable(rows))
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (!options) return console.log(usage)
  const stage = await openStage(options)
  const load = startLoadGenerator()
  try {
    const progress = (line: string) => process.stderr.write(`  ${line}\n`)
    print(options, await runMeasures({ options, stage, load, progress }))
  } finally {
    await load.stop()
    await stage.close()
  }
}

await main()
