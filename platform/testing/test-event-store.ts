// The embedded event store as a process for one test file: ended with it, also when it is killed.
import { freePort } from '../processes/free-port.ts'
import { startProgram } from '../processes/program.ts'
import { program } from '../repository.ts'
import { ensureBuilt } from './ensure-built.ts'

export interface TestEventStore {
  /** For `EventStoreDBClient.connectionString`. */
  readonly connectionString: string
  readonly port: number
  readonly pid: number
  /** kill -9. What was acknowledged stays for `restart`, if it has a folder. */
  kill(): Promise<void>
  /** Starts again after `kill`, on the same port and folder. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const STOP_WITHIN_MS = 10_000

/** Starts an event store on `dir` (which stays the caller's), or in memory without one. */
export async function startTestEventStore({
  dir,
}: {
  readonly dir?: string
} = {}): Promise<TestEventStore> {
  await ensureBuilt('event-store')
  const port = await freePort()
  const start = () => startEventStore(port, dir === undefined ? ['--memory'] : ['--dir', dir])
  let { running, connectionString } = await start()
  return {
    connectionString,
    port,
    get pid() {
      return running.pid
    },
    kill: () => running.kill(),
    async restart() {
      await running.kill()
      ;({ running, connectionString } = await start())
    },
    stop: () => running.stop(STOP_WITHIN_MS),
  }
}

async function startEventStore(port: number, where: readonly string[]) {
  const said: string[] = []
  let ready = (_connectionString: string) => {}
  const becameReady = new Promise<string>(resolve => {
    ready = resolve
  })
  const running = await startProgram({
    script: program('event-store', 'main.js'),
    args: [...where, '--port', String(port)],
    env: process.env,
    onLine(line) {
      said.push(line)
      const [, connectionString] = /^READY (\S+)/.exec(line) ?? []
      if (connectionString !== undefined) ready(connectionString)
    },
  })
  const connectionString = await Promise.race([
    becameReady,
    running.exited.then(how => {
      throw new Error(`The event store ended (${how}) before it was ready:\n${said.join('\n')}`)
    }),
  ])
  return { running, connectionString }
}
