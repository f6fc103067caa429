// A hundred events an append.
import { randomUUID } from 'node:crypto'
import { contest, rateOf, type Stage } from '../contest.ts'
import { events } from '../events.ts'
import { type Row, rateRow } from '../report.ts'

const BATCH = 100
const IN_FLIGHT = 8

export async function measureBatches(stage: Stage): Promise<Row[]> {
  stage.progress('batches')
  const standing = await contest(stage, async client => {
    const append = () => client.appendToStream(`batches-${randomUUID()}`, events(BATCH))
    const options = { inFlight: IN_FLIGHT, seconds: stage.options.secondsPerRound }
    return [BATCH * (await rateOf(append, options))]
  })
  const what = `batches of ${BATCH}, ${IN_FLIGHT} in flight`
  return [rateRow({ what, unit: 'events/s', aim: '63,000/s' }, standing)]
}
