// The appends of published posts alone, through the official client, with no HTTP around them. Told by message how long.
import { EventStoreDBClient } from '@eventstore/db-client'
import { postText } from '../load/posts.ts'
import { environment } from './bare-process.ts'
import { appendPost } from './two-appends.ts'

export interface AppendsJob {
  readonly inFlight: number
  readonly seconds: number
  readonly seed: number
}

const client = EventStoreDBClient.connectionString`${environment('EVENTSTORE_URL')}`

/** Posts per second. */
async function run({ inFlight, seconds, seed }: AppendsJob): Promise<number> {
  const begun = performance.now()
  const until = begun + seconds * 1_000
  let done = 0
  const writer = async () => {
    while (performance.now() < until) {
      await appendPost(client, postText(done, seed), { reads: false })
      done += 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, writer))
  return done / ((performance.now() - begun) / 1_000)
}

process.on('message', (job: AppendsJob) => {
  void run(job).then(
    rate => process.send?.({ rate }),
    error => {
      process.send?.({ error: String(error) })
    },
  )
})
process.once('disconnect', () => process.exit(0))
