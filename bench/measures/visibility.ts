// How long after its acknowledgement a command is in the read model: alone, and with many others under way.
import pg from 'pg'
import { postText } from '../load/posts.ts'
import type { Row } from '../report.ts'
import { openReadModels } from '../stage/read-models.ts'
import { send } from '../stage/visitor.ts'
import { quantile } from '../statistics.ts'
import type { LiveStage } from './live-stage.ts'
import type { MeasureContext } from './measure.ts'

interface Waiter {
  readonly position: bigint
  readonly seen: () => void
}

const longestWaitMilliseconds = 30_000

/** Tells when the posts' projector has passed a position: its notice is sent by the very commit that shows the rows. */
async function watchPosts(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  let reached = 0n
  let waiters: Waiter[] = []
  client.on('notification', ({ payload }) => {
    const notice = JSON.parse(payload ?? '{}') as { projector?: string; position?: string }
    if (notice.projector !== 'posts') return
    reached = BigInt(notice.position ?? 0)
    for (const waiter of waiters) if (waiter.position <= reached) waiter.seen()
    waiters = waiters.filter(({ position }) => position > reached)
  })
  await client.query('listen projected')
  return {
    passed: (position: bigint): Promise<void> =>
      new Promise((resolve, reject) => {
        if (position <= reached) return resolve()
        const late = setTimeout(
          () => reject(new Error(`Position ${position} was not projected in time`)),
          longestWaitMilliseconds,
        )
        const seen = () => {
          clearTimeout(late)
          resolve()
        }
        waiters.push({ position, seen })
      }),
    close: () => client.end(),
  }
}

export async function measureVisibility(context: MeasureContext, live: LiveStage) {
  const { options, progress } = context
  const watch = await watchPosts(live.databaseUrl)
  try {
    const rows: Row[] = []
    for (const inFlight of [1, options.inFlight]) {
      const name = `visible-${inFlight}`
      const waits = await timeCommands(context, live, watch, { name, inFlight })
      progress(`visibility with ${inFlight} in flight: ${waits.length} commands timed`)
      rows.push(...rowsOf(waits, inFlight))
    }
    await everyPostIsThere(live.databaseUrl, 2 * options.visibilitySamples)
    return rows
  } finally {
    await watch.close()
  }
}

const rowsOf = (waits: readonly number[], inFlight: number): Row[] =>
  [0.5, 0.99].map(share => ({
    what: `acknowledged to visible, ${inFlight} in flight, p${share * 100}`,
    unit: 'ms',
    ours: quantile(waits, share),
  }))

/** Milliseconds from each acknowledgement until the row can be read; 0 when it could be before. */
async function timeCommands(
  { options }: MeasureContext,
  { writeSide, visitor }: LiveStage,
  watch: Awaited<ReturnType<typeof watchPosts>>,
  { name, inFlight }: { readonly name: string; readonly inFlight: number },
): Promise<number[]> {
  const waits: number[] = []
  let next = 0
  const writer = async () => {
    while (next < options.visibilitySamples) {
      const number = next++
      const text = postText(number, options.seed)
      const post = { ...text, title: `${text.title} ${name}` }
      const { position } = await send(writeSide.url, '/api/posts', post, { cookie: visitor.cookie })
      const acknowledged = performance.now()
      await watch.passed(position)
      waits.push(performance.now() - acknowledged)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, writer))
  return waits
}

async function everyPostIsThere(databaseUrl: string, expected: number): Promise<void> {
  const readModels = await openReadModels(databaseUrl)
  try {
    const [row] = await readModels.query<{ there: number }>(
      'select count(*)::int as there from posts.posts',
    )
    if (row?.there !== expected)
      throw new Error(`${row?.there} of ${expected} acknowledged posts can be read`)
  } finally {
    await readModels.close()
  }
}
