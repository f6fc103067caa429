// Puts the read side together: which value stands behind which name, made by plain factories.
import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createSessionsInLog } from '@cryptotalks/shared-kernel/eventsourcing/sessions-in-log'
import { createApp } from '@cryptotalks/shared-kernel/http/create-app'
import { createPages, loadRenderer, type Pages } from '@cryptotalks/shared-kernel/http/pages'
import { createLogger, type Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics, type Metrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { probeRouter } from '@cryptotalks/shared-kernel/telemetry/probe-router'
import { Container, type ServiceIdentifier } from 'inversify'
import type Koa from 'koa'
import { sql } from 'kysely'
import { allReads } from './api/all-reads.ts'
import { apiRouters } from './api/router.ts'
import type { Config } from './config.ts'
import { type Follower, followPositions } from './consistency/follow-positions.ts'
import { createLogEnd, type LogEnd } from './consistency/log-end.ts'
import { createPositions, type KnownPositions } from './consistency/positions.ts'
import { askInProcess } from './pages/ask-in-process.ts'
import { formAddresses } from './pages/form-addresses.ts'
import { site } from './pages/site.ts'
import { readStaticFiles, type StaticFiles } from './pages/static-files.ts'
import { createReadDatabase, type ReadDatabase } from './postgres/read-database.ts'
import { authenticateWith } from './users/authenticate.ts'
import { type LookUpSession, lookUpSessions } from './users/sessions.ts'

const name = <T>(description: string): ServiceIdentifier<T> => Symbol(description)

/** The names that values are bound to. */
export const services = {
  logger: name<Logger>('logger'),
  metrics: name<Metrics>('metrics'),
  database: name<ReadDatabase>('database'),
  store: name<EventStore>('store'),
  logEnd: name<LogEnd>('log end'),
  lookUpSession: name<LookUpSession>('look up session'),
  positions: name<KnownPositions>('positions'),
  follower: name<Follower>('follower'),
  files: name<StaticFiles>('files'),
  pages: name<Pages>('pages'),
  app: name<Koa>('app'),
  answer: name<RequestListener>('answer'),
}

/** Reads the site's build, and connects to nothing before it is asked. Rejects when the site is not built. */
export async function compose(config: Config): Promise<Container> {
  // One after the other: where both are missing, it is this one that says what to do.
  const render = await loadRenderer(config.WEB_DIST)
  const files = await readStaticFiles(join(config.WEB_DIST, 'client'))
  const container = new Container({ defaultScope: 'Singleton' })
  const bind = <T>(service: ServiceIdentifier<T>, make: () => T) =>
    container.bind<T>(service).toDynamicValue(make)
  const get = <T>(service: ServiceIdentifier<T>): T => container.get<T>(service)

  bind(services.logger, () => createLogger({ name: 'read-side', level: config.LOG_LEVEL }))
  bind(services.metrics, () => createMetrics('read-side'))
  bind(services.database, () =>
    createReadDatabase({
      connectionString: config.DATABASE_URL,
      onConnectionLost: err => get(services.logger).warn({ err }, 'lost a connection to Postgres'),
    }),
  )
  bind(services.store, () => connectEventStore(config.EVENTSTORE_URL))
  bind(services.logEnd, () => createLogEnd(() => get(services.store).end()))
  bind(services.lookUpSession, () =>
    lookUpSessions(createSessionsInLog({ read: name => get(services.store).read(name) })),
  )
  bind(services.positions, createPositions)
  bind(services.follower, () =>
    followPositions({
      connectionString: config.DATABASE_URL,
      positions: get(services.positions),
      onTrouble: err => get(services.logger).warn({ err }, 'can not follow the projections'),
    }),
  )
  container.bind(services.files).toConstantValue(files)
  // Looked up when the first page asks: the app needs the pages, and they the app.
  bind(services.answer, () => get(services.app).callback())
  bind(services.pages, () =>
    createPages({
      render,
      publicUrl: config.PUBLIC_URL,
      askApi: askInProcess(() => get(services.answer)),
    }),
  )
  bind(services.app, () => appFrom(config, get))
  return container
}

function appFrom(config: Config, get: <T>(service: ServiceIdentifier<T>) => T): Koa {
  const database = get(services.database)
  const metrics = get(services.metrics)
  const checks = {
    postgres: () => sql`select 1`.execute(database),
    projections: () => get(services.follower).check(),
  }
  return createApp({
    logger: get(services.logger),
    metrics,
    publicUrl: config.PUBLIC_URL,
    trustProxy: config.TRUST_PROXY ? 'always' : 'loopback',
    routers: [
      probeRouter({ checks, metrics }),
      ...apiRouters({
        reads: allReads(database, config.OPENAPI_FILE),
        positions: get(services.positions),
        logEnd: get(services.logEnd),
        authenticate: authenticateWith(database, get(services.lookUpSession)),
      }),
    ],
    first: formAddresses(),
    otherwise: site(get(services.pages), get(services.files)),
  })
}
