// How many posts the write side publishes, beside bare Koa routes with the same appends, with and without looking first,
// and beside the appends alone.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { AppendsJob } from '../bare/appends.ts'
import { contest } from '../contest.ts'
import { postText } from '../load/posts.ts'
import { compared } from '../report.ts'
import { send } from '../stage/visitor.ts'
import type { LiveStage } from './live-stage.ts'
import type { MeasureContext } from './measure.ts'

/** What the project aims at: at least this share of what a bare route reaches with the same calls of the event store. */
const aim = 0.8

export async function measureCommands(context: MeasureContext, live: LiveStage) {
  const { stage, options, progress } = context
  const startBare = (name: string, READS: 'true' | 'false') =>
    stage.startOther({
      name,
      main: 'bench/dist/bare/command-route.js',
      env: { EVENTSTORE_URL: live.eventStoreUrl, READS },
    })
  const bare = await startBare('bare-appending-route', 'false')
  const looking = await startBare('bare-reading-route', 'true')
  await sameWork(context, live, bare.url)
  await publishOnce(context, live, looking.url)
  const appends = startAppends(live.eventStoreUrl)
  const overHttp = httpRounds(context, live)
  const [ours, route, lookingRoute, alone] = await contest(
    [
      { name: 'write side', round: () => overHttp(live.writeSide.url) },
      { name: 'bare Koa route', round: () => overHttp(bare.url) },
      { name: 'bare Koa route that reads first', round: () => overHttp(looking.url) },
      { name: 'appends alone', round: () => appends.rate(options) },
    ],
    {
      rounds: options.rounds,
      onRound: (name, round, rate) => progress(`commands ${round}: ${name} ${Math.round(rate)}/s`),
    },
  )
  await Promise.all([bare.stop(), looking.stop(), appends.stop()])
  if (!ours || !route || !lookingRoute || !alone) throw new Error('A contestant is missing')
  const what = `PublishPost, ${options.inFlight} in flight`
  const beside = (name: string, { median: value }: { readonly median: number }, aimed?: number) =>
    compared(what, 'commands/s', ours.median, { name, value }, aimed)
  return [
    beside('bare Koa route, same appends', route, aim),
    beside('bare Koa route, reads first', lookingRoute),
    beside('the appends alone, no HTTP', alone),
  ]
}

function httpRounds({ load, options }: MeasureContext, { visitor }: LiveStage) {
  let run = 0
  return (url: string) => {
    run += 1
    return load.rate({
      url,
      connections: options.inFlight,
      seconds: options.secondsPerRound,
      request: {
        kind: 'publish',
        path: '/api/posts',
        cookie: visitor.cookie,
        run: `r${run}`,
        seed: options.seed,
      },
    })
  }
}

/** The appending process: it does what a route does, so it must not share a core's time with what measures it. */
function startAppends(eventStoreUrl: string) {
  const child = fork(join(REPOSITORY, 'bench', 'dist', 'bare', 'appends.js'), {
    env: { ...process.env, EVENTSTORE_URL: eventStoreUrl },
  })
  return {
    rate: async ({ inFlight, secondsPerRound: seconds, seed }: MeasureContext['options']) => {
      child.send({ inFlight, seconds, seed } satisfies AppendsJob)
      const [answer] = (await once(child, 'message')) as [{ rate: number } | { error: string }]
      if ('error' in answer) throw new Error(`Appending failed: ${answer.error}`)
      return answer.rate
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** The contestants have to leave as many events a command, or they do different work. Throws when they don't. */
async function sameWork(context: MeasureContext, live: LiveStage, bareUrl: string) {
  const store = connectEventStore(live.eventStoreUrl)
  try {
    const ours = await eventsOf(store, () => publishOnce(context, live, live.writeSide.url))
    const theirs = await eventsOf(store, () => publishOnce(context, live, bareUrl))
    if (ours !== theirs)
      throw new Error(`A command leaves ${ours} events, the bare route's ${theirs}`)
  } finally {
    await store.close()
  }
}

const publishOnce = ({ options }: MeasureContext, { visitor }: LiveStage, url: string) =>
  send(url, '/api/posts', postText(0, options.seed), { cookie: visitor.cookie })

async function eventsOf(store: EventStore, command: () => Promise<unknown>): Promise<number> {
  const before = await store.end()
  await command()
  let events = 0
  const position = { commit: before, prepare: before }
  for await (const { event } of store.client.readAll({ fromPosition: position }))
    if (event && event.position?.commit !== before) events += 1
  return events
}
