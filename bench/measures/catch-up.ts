// How quickly the projectors build their tables from a log, beside Postgres copying the finished rows into equal tables.
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import {
  createPostgresKeyring,
  prepareKeyring,
} from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import pg from 'pg'
import { contest } from '../contest.ts'
import { compared } from '../report.ts'
import { fillLog } from '../stage/fill-log.ts'
import { openReadModels, type ReadModels } from '../stage/read-models.ts'
import type { StoresOfStage } from '../stage/stage.ts'
import type { MeasureContext } from './measure.ts'

// A rate below 100 events a second is no result but a fault.
const slowestEventsPerSecond = 100

/** Fills a log and lets projectors and COPY build the same tables in turns. The last tables stay for later measures. */
export async function measureCatchUp(context: MeasureContext) {
  const { options, progress } = context
  const filled = await fill(context)
  progress(`filled the log with ${options.events} events up to position ${filled.end}`)
  let databaseUrl = ''
  let round = 0
  const standings = await contest(
    [
      {
        name: 'projectors',
        round: async () => {
          round += 1
          databaseUrl = await context.stage.createDatabase(`round_${round}`)
          return options.events / (await secondsToCatchUp(context, { ...filled, databaseUrl }))
        },
      },
      {
        name: 'COPY',
        round: async () => options.events / (await secondsToCopy(databaseUrl)),
      },
    ],
    {
      rounds: options.catchUpRounds,
      warmUp: false,
      onRound: (name, number, rate) =>
        progress(`catch-up ${number}: ${name} ${Math.round(rate)} events/s`),
    },
  )
  const [projectors, copy] = standings
  if (!projectors || !copy) throw new Error('A contestant is missing')
  const row = compared(
    `catch-up over ${options.events.toLocaleString('en-US')} events`,
    'events/s',
    projectors.median,
    { name: 'COPY of the resulting rows', value: copy.median },
  )
  return { rows: [row], filled: { ...filled, databaseUrl } }
}

async function fill({ stage, options }: MeasureContext) {
  const eventStore = await stage.startEventStore('filled')
  const keyringUrl = await stage.createDatabase('keys')
  const store = connectEventStore(eventStore.connectionString)
  const pool = new pg.Pool({ connectionString: keyringUrl, max: 8 })
  try {
    await prepareKeyring(pool)
    const keyring = createPostgresKeyring(pool, Buffer.from(stage.masterKey, 'base64'))
    const end = await fillLog(store, keyring, { count: options.events, seed: options.seed })
    return { eventStoreUrl: eventStore.connectionString, keyringUrl, end }
  } finally {
    await store.close()
    await pool.end()
  }
}

async function secondsToCatchUp(
  { stage, options }: MeasureContext,
  on: StoresOfStage & { readonly end: bigint },
): Promise<number> {
  const projections = await stage.start('projections', 'projections/dist/main.js', on)
  // From here on the process is up; what it took Node to load its code is not the projectors' work.
  const begun = performance.now()
  const readModels = await openReadModels(on.databaseUrl)
  try {
    await readModels.caughtUp(on.end, 60 + options.events / slowestEventsPerSecond)
    return (performance.now() - begun) / 1_000
  } finally {
    await readModels.close()
    await projections.stop()
  }
}

/** Rows to and from the server's own disk: no client between, nothing to parse, the quickest Postgres has. */
async function secondsToCopy(databaseUrl: string): Promise<number> {
  const readModels = await openReadModels(databaseUrl)
  try {
    const [folder] = await readModels.query<{ path: string }>(
      `select current_setting('data_directory') as path`,
    )
    const tables = await readModels.tables()
    await readModels.query('drop schema if exists copied cascade')
    await readModels.query('create schema copied')
    for (const { schema, name } of tables) {
      await readModels.query(`create table copied.${name} (like ${schema}.${name} including all)`)
      await readModels.query(
        `copy ${schema}.${name} to '${folder?.path}/copy-${name}' (format binary)`,
      )
    }
    // A checkpoint left over from the projectors' writing would be charged to COPY.
    await readModels.query('checkpoint')
    return await timeCopies(readModels, folder?.path ?? '', tables)
  } finally {
    await readModels.query('drop schema if exists copied cascade')
    await readModels.close()
  }
}

async function timeCopies(
  readModels: ReadModels,
  folder: string,
  tables: readonly { readonly name: string }[],
): Promise<number> {
  const begun = performance.now()
  for (const { name } of tables)
    await readModels.query(`copy copied.${name} from '${folder}/copy-${name}' (format binary)`)
  return (performance.now() - begun) / 1_000
}
