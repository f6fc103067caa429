#!/usr/bin/env node
// The event store as a process of its own: options in, READY and its connection string out.
import { parseArgs } from 'node:util'
import { DamagedStore, DirectoryInUse, type EventStoreServer, startEventStore } from './index.ts'

const HELP = `An event store that speaks EventStoreDB's gRPC protocol.

  cryptotalks-event-store --dir <folder> [--port 2113] [--host 127.0.0.1]
  cryptotalks-event-store --memory [--port 2113] [--host 127.0.0.1]

  --dir <folder>    where the events are kept; made if it is missing
  --memory          keep the events only while the server runs
  --port <number>   default 2113; 0 takes a free port
  --host <address>  default 127.0.0.1
  --run-projections none|system   default system: the server's own are there, stopped
  --start-standard-projections    enables them all
  --help            this text

Prints "READY <connection string>" once clients may connect. SIGTERM and SIGINT stop it.
`
const DEFAULT_PORT = 2113
const USAGE_ERROR = 2
const LARGEST_PORT = 65_535

interface Arguments {
  readonly dir: string | undefined
  readonly port: number
  readonly host: string
  readonly runProjections: 'none' | 'system'
  readonly startStandardProjections: boolean
}

function fail(words: string, code = 1): never {
  process.stderr.write(`cryptotalks-event-store: ${words}\n`)
  process.exit(code)
}

function parse(): Arguments {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      memory: { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      'run-projections': { type: 'string', default: 'system' },
      'start-standard-projections': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > LARGEST_PORT) {
    throw new TypeError(`--port ${values.port} is not a port.`)
  }
  if (values.memory === (values.dir !== undefined)) {
    throw new TypeError('Either --dir or --memory is needed.')
  }
  const { dir, host } = values
  const runProjections = values['run-projections'].toLowerCase()
  if (runProjections !== 'none' && runProjections !== 'system') {
    throw new TypeError('--run-projections is "none" or "system": others are not offered.')
  }
  const startStandardProjections = values['start-standard-projections']
  return { dir, port, host, runProjections, startStandardProjections }
}

function readArguments(): Arguments {
  try {
    return parse()
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`, USAGE_ERROR)
  }
}

function explain(error: unknown, { dir, host, port }: Arguments): string {
  if (error instanceof DirectoryInUse || error instanceof DamagedStore) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is in use.`
  if (code === 'EACCES' || code === 'ENOTDIR' || code === 'EROFS') {
    return `${dir ?? 'The folder'} can't be used: ${message}`
  }
  return message
}

const options = readArguments()
const { dir, ...rest } = options
let server: EventStoreServer
try {
  server = await startEventStore(dir === undefined ? { memory: true, ...rest } : { dir, ...rest })
} catch (error) {
  fail(explain(error, options))
}

const stop = (): void => void server.stop()
void server.stopped.then(() => process.exit(0))
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
process.stdout.write(`READY ${server.connectionString}\n`)
