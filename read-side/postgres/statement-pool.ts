// Few Postgres connections that all requests share: every statement is prepared once and sent without waiting for others.
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { Client, type ClientConfig, DatabaseError } from 'pg'

export interface StatementPoolOptions {
  readonly connectionString: string
  readonly connections?: number
  /** The server gives a statement up after this long. */
  readonly statementTimeoutMilliseconds?: number
  /** Told of lost connections, which are made again by the next statement. */
  readonly onConnectionLost?: (error: Error) => void
}

/** More statements are under way than could be answered in time. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy'
}

export interface StatementPool extends PostgresPool {
  query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
}

// Four: enough that a search does not hold up the point reads behind it, few enough for a shared server.
const defaultConnections = 4
const defaultStatementTimeoutMilliseconds = 3_000
// Beyond the server's own limit, silence means that the connection is dead.
const silenceMilliseconds = 2_000
const connectTimeoutMilliseconds = 2_000
const mostUnderWayOnOne = 256

/**
 * SQLSTATEs that a fresh connection cures: a prepared statement that outlived what it was made for (a view that changed
 * its types, a statement that was dropped), and a server that ended this connection.
 */
const curable = new Set(['0A000', '26000', '57P01', '57P02'])
const broken = /^(ECONNRESET|EPIPE)$|terminated unexpectedly|not queryable|was closed/

/**
 * A pool for kysely that pipelines named statements. Statements of different requests share a connection, so there is
 * no transaction and nothing that lasts on a connection; and as they only read, one whose connection broke is asked
 * once more. Connects when first asked, and again after each loss. The texts must be few, since each stays prepared:
 * values are bound, never written into them.
 */
export function createStatementPool(options: StatementPoolOptions): StatementPool {
  const lanes = Array.from({ length: options.connections ?? defaultConnections }, () =>
    createLane(options),
  )
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = `read-${names.size}`
    names.set(text, name)
    return name
  }
  let ended = false

  async function query<Row>(text: string, values: readonly unknown[]) {
    if (ended) throw new Error('The pool has been closed')
    const lane = lanes.reduce((best, other) => (other.underWay() < best.underWay() ? other : best))
    if (lane.underWay() >= mostUnderWayOnOne) throw new TooBusy('Too many statements under way')
    return lane.run<Row>({ name: nameOf(text), text, values: [...values] })
  }
  const client = { query, release: () => {} } as PostgresPoolClient
  return {
    query,
    connect: async () => client,
    async end() {
      ended = true
      await Promise.all(lanes.map(lane => lane.end()))
    },
  }
}

interface Statement {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

function createLane(options: StatementPoolOptions) {
  let current: Promise<Client> | undefined
  let underWay = 0

  function connected(): Promise<Client> {
    if (current !== undefined) return current
    const client = new Client(clientConfig(options))
    const lost = (error?: Error) => {
      if (current === opening) current = undefined
      if (error) options.onConnectionLost?.(error)
    }
    // Without a listener an idle connection that breaks would end the process.
    client.on('error', lost)
    client.on('end', () => lost())
    const opening = client.connect().then(
      () => client,
      error => {
        lost()
        throw error
      },
    )
    current = opening
    return opening
  }

  /** The next statement gets a fresh connection; those under way finish on the old one. */
  function retire(): void {
    const old = current
    current = undefined
    old?.then(client => client.end()).catch(() => {})
  }

  return {
    underWay: () => underWay,
    async run<Row>(statement: Statement): Promise<PostgresQueryResult<Row>> {
      const ask = async (client: Client) =>
        (await client.query(statement)) as unknown as PostgresQueryResult<Row>
      underWay += 1
      const connection = connected()
      try {
        return await ask(await connection)
      } catch (error) {
        if (!isCurable(error)) throw error
        if (current === connection) retire()
        return await ask(await connected())
      } finally {
        underWay -= 1
      }
    },
    async end(): Promise<void> {
      const client = await current?.catch(() => undefined)
      await client?.end()
    },
  }
}

function isCurable(error: unknown): boolean {
  if (error instanceof DatabaseError) return curable.has(error.code ?? '')
  if (!(error instanceof Error)) return false
  return broken.test((error as NodeJS.ErrnoException).code ?? error.message)
}

function clientConfig(options: StatementPoolOptions): ClientConfig {
  const { statementTimeoutMilliseconds = defaultStatementTimeoutMilliseconds } = options
  return {
    connectionString: options.connectionString,
    application_name: 'cryptotalks read side',
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMilliseconds,
    statement_timeout: statementTimeoutMilliseconds,
    query_timeout: statementTimeoutMilliseconds + silenceMilliseconds,
  }
}
