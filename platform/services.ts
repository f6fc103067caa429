// The processes of Cryptotalks as the supervisor runs them.
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { ProcessLog } from './processes/process-log.ts'
import { type Running, startProgram } from './processes/program.ts'
import { HTTP_GREETING, POSTGRES_GREETING, reacts } from './processes/reaction.ts'
import type { Service } from './processes/supervised-service.ts'
import { wordsForPeople } from './processes/words-for-people.ts'

const PROBE_WITHIN_MS = 2_000

export interface EmbeddedEventStore {
  readonly script: string
  readonly dir: string
  readonly port: number
  /** Who may use it. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly log: ProcessLog
}

/** The embedded event store: ready once it says so. */
export function eventStoreService({
  script,
  dir,
  port,
  args,
  env,
  log,
}: EmbeddedEventStore): Service {
  const readyRuns = new WeakSet<Running>()
  return {
    name: 'event-store',
    async launch() {
      let saidReady = false
      let running: Running | undefined
      running = await startProgram({
        script,
        args: ['--dir', dir, '--port', String(port), ...args],
        env,
        onLine(line) {
          log.write(line.startsWith('READY ') ? JSON.stringify({ level: 'info', msg: line }) : line)
          if (!line.startsWith('READY ')) return
          saidReady = true
          if (running !== undefined) readyRuns.add(running)
        },
      })
      if (saidReady) readyRuns.add(running)
      return running
    },
    readiness: async running =>
      readyRuns.has(running) ? undefined : `it does not say that it is; ${lastWords(log) ?? ''}`,
    reacts: withinMs => reacts(port, HTTP_GREETING, withinMs),
    lastWords: () => lastWords(log),
  }
}

export interface EmbeddedDatabase {
  readonly name: string
  readonly dataDir: string
  readonly port: number
  readonly durable: boolean
  readonly database?: string
  readonly settings?: Readonly<Record<string, string>>
  /**
   * Its folder may be lost while it runs: the cluster that is made in its stead is reached as before, by whoever had
   * reached this one. What can't be made anew stays away until its folder is put back, and says so.
   */
  readonly mayBeMadeAnew?: boolean
  /** Told the connection string at each start; it stays the same. */
  readonly onConnectionString: (connectionString: string) => void
}

/** An embedded PostgreSQL: ready when its launch is over. */
export function postgresService(options: EmbeddedDatabase): Service {
  let password: string | undefined
  let mustBeThere = false
  return {
    name: options.name,
    async launch() {
      const server = await startEmbeddedPostgres({ ...options, password, mustBeThere })
      options.onConnectionString(server.connectionString)
      if (options.mayBeMadeAnew) password = new URL(server.connectionString).password
      else mustBeThere = true
      return server
    },
    readiness: async () => undefined,
    reacts: withinMs => reacts(options.port, POSTGRES_GREETING, withinMs),
  }
}

export interface HttpProgram {
  readonly name: string
  readonly script: string
  readonly url: string
  readonly env: NodeJS.ProcessEnv
  readonly log: ProcessLog
}

/** A process of ours that answers `/health/ready`. */
export function httpService({ name, script, url, env, log }: HttpProgram): Service {
  return {
    name,
    launch: () => startProgram({ script, env, onLine: line => log.write(line) }),
    readiness: () => whatItLacks(url, log),
    reacts: withinMs => reacts(Number(new URL(url).port), HTTP_GREETING, withinMs),
    lastWords: () => lastWords(log),
    refusal: () => refusalIn(log),
  }
}

/** What a process of ours says when it refuses to work on what it finds: no second try would help. */
function refusalIn(log: ProcessLog): string | undefined {
  const line = log.lastLines().findLast(text => text.includes('"refused":"'))
  try {
    return line && JSON.parse(line).msg
  } catch {
    return undefined
  }
}

async function whatItLacks(url: string, log: ProcessLog): Promise<string | undefined> {
  let answer: Response
  try {
    answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PROBE_WITHIN_MS) })
  } catch {
    return `it does not answer on ${url}; ${lastWords(log) ?? 'it said nothing'}`
  }
  const body = await answer.text()
  return answer.ok ? undefined : failingChecks(body)
}

/** No waiting mends what these tell of, and the site can be read all the same: they are told, and do not keep it from starting. */
const NOT_WAITED_FOR = new Set(['log', 'space'])

/** What still has to come before the process is ready; undefined when nothing has. */
function failingChecks(body: string): string | undefined {
  try {
    const { checks } = JSON.parse(body) as {
      checks: Record<string, { ok: boolean; detail?: string }>
    }
    const failing = Object.entries(checks).filter(
      ([name, { ok }]) => !ok && !NOT_WAITED_FOR.has(name),
    )
    if (failing.length === 0) return undefined
    return failing.map(([name, { detail }]) => `${name}: ${detail ?? 'failing'}`).join('; ')
  } catch {
    return body.slice(0, 200)
  }
}

/** Rather what it said of a trouble than its very last line. */
function lastWords(log: ProcessLog): string | undefined {
  const lines = log.lastLines()
  const words = lines.flatMap(line => wordsForPeople(line) ?? [])
  // What it said at each of several starts need be read only once.
  const said = [...new Set(words)]
  return said.length > 0 ? said.slice(-5).join(' | ') : lines.at(-1)?.slice(0, 300)
}
