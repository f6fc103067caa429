// The query API over a database, as the process puts it together, asked in memory.
import { createApp } from '@cryptotalks/shared-kernel/http/create-app'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import type Koa from 'koa'
import { inject } from 'light-my-request'
import { allReads } from '../api/all-reads.ts'
import { apiRouters } from '../api/router.ts'
import { followPositions } from '../consistency/follow-positions.ts'
import type { LogEnd } from '../consistency/log-end.ts'
import { createPositions, type ProjectorName } from '../consistency/positions.ts'
import { createReadDatabase } from '../postgres/read-database.ts'
import { authenticateWith } from '../users/authenticate.ts'
import type { LookUpSession } from '../users/sessions.ts'

export interface TestApi {
  readonly app: Koa
  /** Asks by GET; answers are checked against the schemas that the routes promise. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>
  ask(method: 'HEAD' | 'POST' | 'PUT' | 'DELETE', path: string): Promise<TestAnswer>
  /** Resolves once it is known that these projectors have come so far. */
  follows(projectors: readonly ProjectorName[], position: number): Promise<void>
  close(): Promise<void>
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes; the schemas have checked them.
  readonly body: any
}

export interface TestApiOptions {
  readonly waitMilliseconds?: number
  readonly openApiFile?: string
  /** Whether the log ends before a position; it goes on for ever, unless told otherwise. */
  readonly logEnd?: LogEnd
  /** Sessions as the log has them; nothing is told of them, unless it is here. */
  readonly lookUpSession?: LookUpSession
}

export function startTestApi(connectionString: string, options: TestApiOptions = {}): TestApi {
  const {
    waitMilliseconds,
    openApiFile,
    logEnd = { isBefore: async () => false },
    lookUpSession = async () => undefined,
  } = options
  const database = createReadDatabase({ connectionString, connections: 2 })
  const positions = createPositions()
  const follower = followPositions({ connectionString, positions })
  const routers = apiRouters({
    reads: allReads(database, openApiFile),
    positions,
    logEnd,
    authenticate: authenticateWith(database, lookUpSession),
    verifyAnswers: true,
    waitMilliseconds,
  })
  const app = createApp({
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    publicUrl: 'https://talks.example',
    routers,
  })
  const handler = app.callback()
  const ask = async (
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    headers = {},
  ) => {
    const answer = await inject(handler, { method, url, headers })
    const json = /json/.test(String(answer.headers['content-type'])) && answer.payload !== ''
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      text: answer.payload,
      body: json ? JSON.parse(answer.payload) : undefined,
    }
  }
  return {
    app,
    get: (path, headers) => ask('GET', path, headers),
    ask,
    async follows(projectors, position) {
      if (!(await positions.reached(projectors, BigInt(position), 20_000)))
        throw new Error(`${projectors.join()} did not come to ${position}`)
    },
    async close() {
      await Promise.all([follower.stop(), database.destroy()])
    },
  }
}
