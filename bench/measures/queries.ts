// How many lists of posts the read side answers, beside a bare Koa route that asks the same of Postgres.
import { contest } from '../contest.ts'
import { compared, type Row } from '../report.ts'
import type { StoresOfStage } from '../stage/stage.ts'
import type { MeasureContext } from './measure.ts'

const pageSize = 30
// More than any cache of answers holds, so that each is made anew.
const mostPages = 1_000

interface List {
  readonly items: readonly { readonly id: string }[]
  readonly nextCursor: string | null
}

async function list(url: string, path: string): Promise<List> {
  const answer = await fetch(`${url}${path}`)
  if (!answer.ok) throw new Error(`GET ${path} was answered ${answer.status}`)
  return (await answer.json()) as List
}

const firstPage = `/api/posts?limit=${pageSize}`

/** Pages that begin at places all over the list, a step apart, in each contestant's own cursors. */
async function pagesOf(url: string, step: number): Promise<string[]> {
  const paths: string[] = []
  let cursor: string | null = null
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    cursor = (await list(url, `/api/posts?limit=${step}${from}`)).nextCursor
    if (cursor !== null) paths.push(`${firstPage}&cursor=${encodeURIComponent(cursor)}`)
  } while (cursor !== null && paths.length < mostPages)
  return paths
}

/** Throws unless both list the same posts: they have to do the same work. */
async function sameLists(ours: string, theirs: string, pages: readonly (readonly string[])[]) {
  for (const [mine = firstPage, plain = firstPage] of pages) {
    const [a, b] = await Promise.all([list(ours, mine), list(theirs, plain)])
    const [mineIds, plainIds] = [a, b].map(({ items }) => items.map(({ id }) => id).join())
    if (mineIds !== plainIds || mineIds === '') throw new Error('The two routes list other posts')
  }
}

export async function measureQueries(context: MeasureContext, on: StoresOfStage): Promise<Row[]> {
  const { stage, options } = context
  const readSide = await stage.start('read-side', 'read-side/dist/main.js', on)
  const bare = await stage.startOther({
    name: 'bare-query-route',
    main: 'bench/dist/bare/query-route.js',
    env: { DATABASE_URL: on.databaseUrl },
  })
  const step = Math.min(pageSize, Math.max(1, Math.floor(options.events / (2 * mostPages))))
  const [mine, plain] = await Promise.all([pagesOf(readSide.url, step), pagesOf(bare.url, step)])
  await sameLists(readSide.url, bare.url, [[], [mine[0] ?? '', plain[0] ?? '']])
  const rows = [
    await race(context, 'GET /api/posts, first page', [
      { url: readSide.url, paths: [firstPage] },
      { url: bare.url, paths: [firstPage] },
    ]),
    await race(context, 'GET /api/posts, pages in turn', [
      { url: readSide.url, paths: mine },
      { url: bare.url, paths: plain },
    ]),
  ]
  await Promise.all([readSide.stop(), bare.stop()])
  return rows
}

interface Asked {
  readonly url: string
  readonly paths: readonly string[]
}

async function race(
  { load, options, progress }: MeasureContext,
  what: string,
  [ours, theirs]: readonly [Asked, Asked],
): Promise<Row> {
  const asking =
    ({ url, paths }: Asked) =>
    () =>
      load.rate({
        url,
        connections: options.inFlight,
        seconds: options.secondsPerRound,
        request: { kind: 'get', paths },
      })
  const [mine, plain] = await contest(
    [
      { name: 'read side', round: asking(ours) },
      { name: 'bare Koa route', round: asking(theirs) },
    ],
    {
      rounds: options.rounds,
      onRound: (name, round, rate) => progress(`${what} ${round}: ${name} ${Math.round(rate)}/s`),
    },
  )
  if (!mine || !plain) throw new Error('A contestant is missing')
  return compared(what, 'queries/s', mine.median, {
    name: 'bare Koa route, same prepared query',
    value: plain.median,
  })
}
