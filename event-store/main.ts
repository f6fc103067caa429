#!/usr/bin/env node
// The event store as a process of its own: options in, READY and its connection string out.
import { readFileSync } from 'node:fs'
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
  --cert <file>, --key <file>     a certificate and its key in PEM: speak TLS and ask for credentials
  --self-signed <folder>          the same with a certificate of its own, kept there as certificate.pem
  --insecure        no TLS and no credentials, the default without a certificate
  --help            this text

With TLS, a store without users begins with admin and ops. Their password is EVENTSTORE_DEFAULT_ADMIN_PASSWORD and
EVENTSTORE_DEFAULT_OPS_PASSWORD in the environment, else "changeit".

Prints "READY <connection string>" once clients may connect. SIGTERM and SIGINT stop it.
`
const DEFAULT_PORT = 2113
const USAGE_ERROR = 2
const LARGEST_PORT = 65_535

interface Arguments {
  readonly tls: { cert: Buffer; key: Buffer } | { selfSigned: string } | undefined
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
      cert: { type: 'string' },
      key: { type: 'string' },
      'self-signed': { type: 'string' },
      insecure: { type: 'boolean' },
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
  return { dir, port, host, tls: tlsOf(values), runProjections, startStandardProjections }
}

interface TlsFlags {
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly 'self-signed'?: string | undefined
  readonly insecure?: boolean | undefined
}

function tlsOf({ cert, key, insecure, 'self-signed': selfSigned }: TlsFlags): Arguments['tls'] {
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('--cert and --key are needed together.')
  }
  const ways = [cert, selfSigned, insecure || undefined].filter(way => way !== undefined)
  if (ways.length > 1) {
    throw new TypeError('Only one of --cert with --key, --self-signed and --insecure can be.')
  }
  if (selfSigned !== undefined) return { selfSigned }
  return cert === undefined || key === undefined
    ? undefined
    : { cert: readFileSync(cert), key: readFileSync(key) }
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
const { dir, tls, ...place } = options
const { EVENTSTORE_DEFAULT_ADMIN_PASSWORD: admin, EVENTSTORE_DEFAULT_OPS_PASSWORD: ops } =
  process.env
const defaultPasswords = { ...(admin ? { admin } : {}), ...(ops ? { ops } : {}) }
const rest = { ...place, ...(tls ? { tls } : {}), defaultPasswords }
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
