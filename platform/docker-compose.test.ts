// docker-compose.yml read as compose reads it, and each of its programs run as it stands there, without Docker.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type NodeProgram, settingNames } from './process-settings.ts'
import { freePort } from './processes/free-port.ts'
import { type Running, startProgram } from './processes/program.ts'
import { REPOSITORY } from './repository.ts'
import { ensureBuilt } from './testing/ensure-built.ts'
import { startTestEventStore, type TestEventStore } from './testing/test-event-store.ts'
import { startTestPostgres, type TestPostgres } from './testing/test-postgres.ts'

interface ComposeService {
  readonly image: string
  readonly build?: { readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
  readonly profiles?: readonly string[]
  readonly secrets?: readonly string[]
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly logging?: { readonly options: Readonly<Record<string, string>> }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const text = readFileSync(join(REPOSITORY, 'docker-compose.yml'), 'utf8')
const compose: {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, null>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>
} = parse(text, { merge: true })
const services = Object.entries(compose.services)
const programs = services.filter(([, { image }]) => image === 'cryptotalks')

beforeAll(() => ensureBuilt('event-store', 'projections', 'write-side', 'read-side', 'platform'))

describe('docker-compose.yml', () => {
  test('runs the same processes as npm start, beside the real stores', () => {
    expect(services.map(([name]) => name)).toEqual([
      ...['eventstore', 'postgres', 'keyring', 'mongodb'],
      ...['projections', 'write-side', 'rates-feed', 'read-side', 'gateway'],
    ])
  })

  test.each(programs)('%s runs a program that the build makes', (_name, { command, build }) => {
    const [node, script = ''] = command ?? []
    expect(node).toBe('node')
    expect(existsSync(join(REPOSITORY, script))).toBe(true)
    expect(existsSync(join(REPOSITORY, build?.dockerfile ?? ''))).toBe(true)
  })

  test('publishes the gateway alone, on this machine', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined)
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gateway', [expect.stringMatching(/^127\.0\.0\.1:.*:8080$/)]],
    ])
  })

  test('keeps the stores in a network without a way out, and the gateway away from them', () => {
    expect(compose.networks.stores).toEqual({ internal: true })
    expect(compose.services.gateway?.networks).toEqual(['services'])
    for (const name of ['eventstore', 'postgres', 'mongodb']) {
      expect(compose.services[name]?.networks).toEqual(['stores'])
    }
  })

  test('gives keys to those that need them, and to nobody else', () => {
    const holders = ['projections', 'write-side']
    const named = (variable: string) =>
      services.filter(([, { environment = {} }]) => variable in environment).map(([name]) => name)
    expect(named('MASTER_KEY')).toEqual([])
    expect(named('MASTER_KEY_FILE')).toEqual(holders)
    const given = services.filter(([, { secrets }]) => secrets !== undefined)
    expect(given.map(([name]) => name)).toEqual(holders)
    expect(named('KEYRING_URL')).toEqual(holders)
    expect(compose.networks.keys).toEqual({ internal: true })
    const near = services.filter(([, { networks }]) => networks.includes('keys'))
    expect(near.map(([name]) => name).toSorted()).toEqual(['keyring', ...holders])
  })

  test('keeps the keyring apart from the read models, under a password of its own', () => {
    const { keyring, postgres } = compose.services
    expect(keyring?.volumes).toEqual(['keyring:/var/lib/postgresql'])
    expect(postgres?.volumes).toEqual(['readmodels:/var/lib/postgresql'])
    expect(keyring?.environment?.POSTGRES_PASSWORD).toContain('KEYRING_PASSWORD')
    expect(postgres?.environment?.POSTGRES_PASSWORD).not.toContain('KEYRING_PASSWORD')
  })

  test.each(programs)(
    '%s is told what its own schema names, and nothing else',
    async (name, { environment = {} }) => {
      const known = await settingNames(name as NodeProgram)
      const told = Object.keys(environment).filter(key => key !== 'HEALTH_PORT')
      expect(told.filter(key => !known.has(key.replace(/_FILE$/, '')) && !known.has(key))).toEqual(
        [],
      )
    },
  )

  test('bounds the log, the memory and the processes of every container', () => {
    for (const [name, { logging, mem_limit, pids_limit }] of services) {
      expect(logging?.options, name).toEqual({
        'max-size': expect.any(String),
        'max-file': expect.any(String),
      })
      expect([mem_limit, pids_limit], name).toEqual([expect.any(String), expect.any(Number)])
    }
  })

  test('pins every image of others to an exact version', () => {
    const images = services.map(([, { image }]) => image).filter(image => image !== 'cryptotalks')
    const dockerfile = readFileSync(join(REPOSITORY, 'platform', 'Dockerfile'), 'utf8')
    for (const [, image = ''] of dockerfile.matchAll(/^FROM (\S+)/gm)) images.push(image)
    for (const image of images)
      expect(image).toMatch(/:\d+\.\d+(?:\.\d+)?(?:-slim)?(?:@sha256:[0-9a-f]{64})?$/)
  })

  test('starts no store that nothing writes to, and none that asks for no password', () => {
    const { mongodb } = compose.services
    expect(mongodb?.profiles).toEqual(['activity'])
    expect(mongodb?.command?.join(' ')).toContain('--auth')
    const waiting = services.filter(([, { depends_on = {} }]) => 'mongodb' in depends_on)
    expect(waiting).toEqual([])
  })

  test('checks the health of every container, and waits for it', () => {
    expect(services.filter(([, { healthcheck }]) => !healthcheck.test.length)).toEqual([])
    const conditions = services.flatMap(([, { depends_on = {} }]) => Object.values(depends_on))
    expect(new Set(conditions.map(({ condition }) => condition))).toEqual(
      new Set(['service_healthy']),
    )
  })

  test('keeps all data in named volumes', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map(v => v.split(':')[0]))
    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  })

  test('takes no setting that .env.example does not explain', () => {
    const example = readFileSync(join(REPOSITORY, '.env.example'), 'utf8')
    const taken = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name)
    const explained = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name]) => name)
    expect(explained).toEqual(expect.arrayContaining([...new Set(taken)]))
  })
})

describe('the programs of docker-compose.yml', () => {
  let eventStore: TestEventStore
  let postgres: TestPostgres
  let keyringUrl: string
  let folder: string
  let masterKeyFile: string
  const running: Running[] = []
  const said: string[] = []
  const ports = new Map<string, number>()

  beforeAll(async () => {
    ;[eventStore, postgres] = await Promise.all([startTestEventStore(), startTestPostgres()])
    keyringUrl = await postgres.createDatabase('keyring')
    folder = mkdtempSync(join(tmpdir(), 'compose-'))
    masterKeyFile = join(folder, 'master_key')
    writeFileSync(masterKeyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`)
    for (const [name] of programs) ports.set(name, await freePort())
    for (const [name, service] of programs) running.push(await startContainer(name, service))
  })
  afterAll(async () => {
    await Promise.all(running.map(process => process.stop(10_000)))
    await Promise.all([eventStore?.stop(), postgres?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  /** The environment as compose makes it, moved from containers of their own to one machine. */
  function environmentOf(name: string, { environment = {} }: ComposeService): NodeJS.ProcessEnv {
    const moved = Object.entries(environment).map(([key, value]) => [
      key,
      String(value)
        .replace(/^\$\{EVENTSTORE_URL:-.*$/, eventStore.connectionString)
        .replace(/^\$\{DATABASE_URL:-.*$/, postgres.connectionString)
        .replace(/^\$\{KEYRING_URL:-.*$/, keyringUrl)
        .replace(/^\/run\/secrets\/master_key$/, masterKeyFile)
        .replace(/\$\{[A-Z_]+:-([^{}]*)\}/, '$1')
        .replace(/^\$\{[A-Z_]+:-(.*)\}$/, '$1')
        .replace(/^\/app\//, `${REPOSITORY}/`)
        .replace(/^0\.0\.0\.0$/, '127.0.0.1')
        .replace(
          /^http:\/\/(read-side|write-side):\d+$/,
          (_, to) => `http://127.0.0.1:${ports.get(to)}`,
        )
        .replace(/^808\d$/, String(ports.get(name))),
    ])
    return { PATH: process.env.PATH, NODE_ENV: 'production', ...Object.fromEntries(moved) }
  }

  function startContainer(name: string, service: ComposeService): Promise<Running> {
    return startProgram({
      script: join(REPOSITORY, service.command?.[1] ?? ''),
      env: environmentOf(name, service),
      onLine: line => said.push(`${name}: ${line}`),
    })
  }

  test.each(programs)(
    '%s becomes healthy by its own health check',
    async (name, service) => {
      const [, program = '', ...args] = service.healthcheck.test
      const check = () =>
        promisify(execFile)(program, args, { cwd: REPOSITORY, env: environmentOf(name, service) })
      const deadline = Date.now() + 90_000
      for (;;) {
        const failure = await check().then(
          () => undefined,
          (error: { stdout?: string }) => error.stdout ?? String(error),
        )
        if (failure === undefined) return
        if (Date.now() > deadline) throw new Error(`${failure}\n${said.slice(-20).join('\n')}`)
      }
    },
    120_000,
  )

  test('a health check fails where nothing listens', async () => {
    const env = { PATH: process.env.PATH, HEALTH_PORT: String(await freePort()) }
    const check = promisify(execFile)('node', ['platform/dist/health-check.js'], {
      cwd: REPOSITORY,
      env,
    })
    await expect(check).rejects.toMatchObject({ code: 1 })
  })

  test('the gateway serves the site that the others make', async () => {
    const url = `http://127.0.0.1:${ports.get('gateway')}`
    const answer = await fetch(`${url}/api/posts`, { headers: { host: 'localhost:8080' } })
    expect([answer.status, await answer.json()]).toEqual([200, { items: [], nextCursor: null }])
  })
})
