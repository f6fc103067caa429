// A hundred events an append.
import { randomUUID } from 'node:crypto'
import { contest, rateOf, type Stage } from '../contest.ts'
import { events } from '../events.ts'
import { compared, type Row } from '../report.ts'

const BATCH = 100
const IN_FLIGHT = 8

export async function measureBatches(stage: Stage): Promise<Row[]> {
  stage.progress('batches')
  const { store, nothing } = await contest(stage, async client => {
    const append = () => client.appendToStream(`batches-${randomUUID()}`, events(BATCH))
    const options = { inFlight: IN_FLIGHT, seconds: stage.options.secondsPerRound }
    return [BATCH * (await rateOf(append, options))]
  })
  const rates = [store[0] as number, nothing[0] as number] as const
  const what = `batches of ${BATCH}, ${IN_FLIGHT} in flight`
  return [compared(what, 'events/s', rates, '63,000/s')]
}
