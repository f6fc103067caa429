// How many lists of posts the read side answers, beside a bare Koa route that asks the same of Postgres.
import { contest } from '../contest.ts'
import { compared } from '../report.ts'
import type { FilledStage } from './catch-up.ts'
import type { MeasureContext } from './measure.ts'

const path = '/api/posts?limit=30'

/** The ids that a list answers with, to be sure that both contestants do the same work. */
async function listed(url: string): Promise<string> {
  const answer = await fetch(`${url}${path}`)
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string }[] }
  return items.map(({ id }) => id).join()
}

export async function measureQueries(context: MeasureContext, on: FilledStage) {
  const { stage, load, options, progress } = context
  const readSide = await stage.start('read-side', 'read-side/dist/main.js', on)
  const bare = await stage.startOther({
    name: 'bare-query-route',
    main: 'bench/dist/bare/query-route.js',
    env: { DATABASE_URL: on.databaseUrl },
  })
  const [ours, theirs] = await Promise.all([listed(readSide.url), listed(bare.url)])
  if (ours !== theirs || ours === '') throw new Error('The two routes list different posts')
  const against = (url: string) => () =>
    load.rate({
      url,
      connections: options.inFlight,
      seconds: options.secondsPerRound,
      request: { kind: 'get', path },
    })
  const [mine, plain] = await contest(
    [
      { name: 'read side', round: against(readSide.url) },
      { name: 'bare Koa route', round: against(bare.url) },
    ],
    {
      rounds: options.rounds,
      onRound: (name, round, rate) => progress(`queries ${round}: ${name} ${Math.round(rate)}/s`),
    },
  )
  await Promise.all([readSide.stop(), bare.stop()])
  if (!mine || !plain) throw new Error('A contestant is missing')
  return [
    compared('GET /api/posts', 'queries/s', mine.median, {
      name: 'bare Koa route, same prepared query',
      value: plain.median,
    }),
  ]
}
