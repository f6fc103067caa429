// Puts the write side together: every part a plain factory's value, bound here and nowhere else.
import 'reflect-metadata'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import { withAlarm } from '@cryptotalks/shared-kernel/eventsourcing/keyring-alarm'
import { createPostgresKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import { requireKeyringOf } from '@cryptotalks/shared-kernel/eventsourcing/keyring-site'
import { openSite } from '@cryptotalks/shared-kernel/eventsourcing/open-site'
import type { Kernel } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { createSiteGate, type SiteGate } from '@cryptotalks/shared-kernel/eventsourcing/site-gate'
import { placesFrom } from '@cryptotalks/shared-kernel/eventsourcing/site-refused'
import { createApp } from '@cryptotalks/shared-kernel/http/create-app'
import type { RenderPage } from '@cryptotalks/shared-kernel/http/page-renderer'
import { createPages } from '@cryptotalks/shared-kernel/http/pages'
import { registerRoutes } from '@cryptotalks/shared-kernel/http/register-routes'
import type { Logger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics, type Metrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { probeRouter } from '@cryptotalks/shared-kernel/telemetry/probe-router'
import { Container, type ServiceIdentifier } from 'inversify'
import type Koa from 'koa'
import { Pool } from 'pg'
import { createLimitsInPostgres, type LimitsStore } from './adapters/limits-in-postgres.ts'
import { askReadSide } from './adapters/query-api.ts'
import { createMakeMetadata } from './commands/command-metadata.ts'
import { keyringOrUnknown, orUnavailable } from './commands/unavailable.ts'
import type { Config } from './config.ts'
import { limitsFrom } from './limits/limits-config.ts'
import { createPublishing } from './posts/publishing.ts'
import { createRendering, type Rendering } from './posts/rendering.ts'
import { createPreparation, type Preparation } from './prepare.ts'
import { createReservations, type Reservations } from './reservations/reservations.ts'
import { apiRoutes, type Commands, siteRoutes } from './routes.ts'
import { createSecrets, type Secrets } from './secrets.ts'
import { createPasswords, type Passwords } from './users/passwords.ts'
import { createRegistration } from './users/registration.ts'
import { createSessions, type Sessions } from './users/sessions.ts'
import { createSigningIn } from './users/signing-in.ts'
import { createSigningOut } from './users/signing-out.ts'

/** What is given from outside. */
export interface Given {
  readonly config: Config
  readonly logger: Logger
  /** The site's server bundle. */
  readonly render: RenderPage
}

/** The write side, ready to listen. */
export interface WriteSide {
  readonly app: Koa
  readonly preparation: Preparation
  /** Resolves when what it finds is not its own site. */
  readonly refused: SiteGate['refused']
  readonly close: () => Promise<void>
}

const id = <T>(name: string): ServiceIdentifier<T> => Symbol.for(name)
const ids = {
  given: id<Given>('given'),
  metrics: id<Metrics>('metrics'),
  pool: id<Pool>('pool'),
  keyringPool: id<Pool>('keyring pool'),
  gate: id<SiteGate>('gate'),
  keyring: id<Keyring>('keyring'),
  secrets: id<Secrets>('secrets'),
  kernel: id<Kernel>('kernel'),
  reservations: id<Reservations>('reservations'),
  limits: id<LimitsStore>('limits'),
  sessions: id<Sessions>('sessions'),
  passwords: id<Passwords>('passwords'),
  rendering: id<Rendering>('rendering'),
  commands: id<Commands>('commands'),
  preparation: id<Preparation>('preparation'),
  app: id<Koa>('app'),
}

type Get = <T>(which: ServiceIdentifier<T>) => T

// A query here is by primary key: one that takes this long will not be answered, and its asker can't wait longer.
const databasePatience = {
  connectionTimeoutMillis: 2_000,
  query_timeout: 5_000,
  idleTimeoutMillis: 60_000,
}

function makePool(connectionString: string, max: number, what: string, logger: Logger): Pool {
  const pool = new Pool({ connectionString, max, ...databasePatience })
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', error => logger.warn({ err: error }, `a connection to ${what} broke`))
  return pool
}

function makeGate(get: Get): SiteGate {
  const { config } = get(ids.given)
  const store = connectEventStore(config.EVENTSTORE_URL)
  const places = placesFrom(config)
  const parts = {
    ...{ store, places, keyring: get(ids.keyringPool), readModels: get(ids.pool) },
    masterKey: config.MASTER_KEY,
  }
  return createSiteGate({
    ...{ store, places },
    open: () => openSite(parts),
    lookAgain: identity => requireKeyringOf(identity, parts.keyring, places),
  })
}

function makeKeyring(get: Get): Keyring {
  const { config, logger } = get(ids.given)
  const keyring = createPostgresKeyring(get(ids.keyringPool), config.MASTER_KEY)
  return withAlarm(keyring, get(ids.metrics), logger).keyring
}

function makeKernel(get: Get): Kernel {
  return { store: get(ids.gate).store, registry, keyring: keyringOrUnknown(get(ids.keyring)) }
}

function makeCommands(get: Get): Commands {
  const kernel = get(ids.kernel)
  const secrets = get(ids.secrets)
  const reservations = get(ids.reservations)
  const sessions = get(ids.sessions)
  const passwords = get(ids.passwords)
  const limits = get(ids.limits)
  return {
    metadata: createMakeMetadata(secrets),
    register: createRegistration({ kernel, reservations, passwords, limits, secrets }),
    beginSession: createSigningIn({ kernel, reservations, passwords, limits, sessions, secrets }),
    endSession: createSigningOut(kernel, sessions),
    publish: createPublishing(kernel, reservations),
    render: get(ids.rendering).render,
    limits,
  }
}

function makeApp(get: Get): Koa {
  const { config, logger, render } = get(ids.given)
  const { PUBLIC_URL: publicUrl, READ_SIDE_URL, TRUST_PROXY } = config
  const pages = createPages({ render, publicUrl, askApi: askReadSide(READ_SIDE_URL) })
  const sessions = get(ids.sessions)
  const authenticate = (token: string) => orUnavailable(() => sessions.find(token, new Date()))
  const routes = [...apiRoutes(get(ids.commands)), ...siteRoutes]
  const { checks } = get(ids.preparation)
  const metrics = get(ids.metrics)
  return createApp({
    logger,
    metrics,
    publicUrl,
    trustProxy: TRUST_PROXY ? 'always' : 'loopback',
    routers: [probeRouter({ checks, metrics }), registerRoutes(routes, { authenticate, pages })],
  })
}

/** Puts it all together; nothing is connected or read until it is asked to. */
export function composeWriteSide(given: Given): WriteSide {
  const container = new Container({ defaultScope: 'Singleton' })
  const get: Get = which => container.get(which)
  const bind = <T>(which: ServiceIdentifier<T>, make: () => T) =>
    container.bind<T>(which).toDynamicValue(make)
  const { config, logger } = given
  container.bind(ids.given).toConstantValue(given)
  bind(ids.metrics, () => createMetrics('write-side'))
  bind(ids.pool, () => makePool(config.DATABASE_URL, 10, 'Postgres', logger))
  bind(ids.keyringPool, () => makePool(config.KEYRING_URL, 4, 'the keyring', logger))
  bind(ids.gate, () => makeGate(get))
  bind(ids.secrets, () => createSecrets(config.MASTER_KEY))
  bind(ids.keyring, () => makeKeyring(get))
  bind(ids.kernel, () => makeKernel(get))
  bind(ids.reservations, () => createReservations(get(ids.kernel), get(ids.secrets)))
  bind(ids.limits, () =>
    createLimitsInPostgres({
      connectionString: config.DATABASE_URL,
      limits: limitsFrom(config),
      secrets: get(ids.secrets),
      logger,
    }),
  )
  bind(ids.sessions, () => createSessions(get(ids.kernel)))
  bind(ids.passwords, createPasswords)
  bind(ids.rendering, () => createRendering({ logger }))
  bind(ids.commands, () => makeCommands(get))
  bind(ids.preparation, () =>
    createPreparation({
      ...{ gate: get(ids.gate), keyring: get(ids.keyring), logger },
      ...{ pool: get(ids.pool), keyringPool: get(ids.keyringPool) },
    }),
  )
  bind(ids.app, () => makeApp(get))
  return {
    app: get(ids.app),
    preparation: get(ids.preparation),
    refused: get(ids.gate).refused,
    close: async () => {
      await Promise.all([
        get(ids.pool).end(),
        get(ids.keyringPool).end(),
        get(ids.limits).close(),
        get(ids.rendering).close(),
        get(ids.gate).store.close(),
      ])
    },
  }
}
