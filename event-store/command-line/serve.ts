// The event store as a process of its own: options in, READY and its connection string out.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readAccess } from '../access/access-file.ts'
import { type EventStoreServer, type GivenAccess, startEventStore } from '../index.ts'
import { type Finding, logLine } from '../monitoring/report.ts'
import { explain, fail, USAGE_ERROR } from './failure.ts'

const DEFAULT_PORT = 2113
const LARGEST_PORT = 65_535
/** A timer of Node's that is to wait longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Arguments {
  readonly tls: { cert: Buffer; key: Buffer } | { selfSigned: string } | undefined
  readonly access?: GivenAccess
  readonly dir: string | undefined
  readonly port: number
  readonly host: string
  readonly runProjections: 'none' | 'system'
  readonly startStandardProjections: boolean
  readonly atomPub: boolean
  readonly commitTimeoutMs?: number
}

function parse(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      dir: { type: 'string' },
      memory: { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      cert: { type: 'string' },
      key: { type: 'string' },
      'self-signed': { type: 'string' },
      insecure: { type: 'boolean' },
      access: { type: 'string' },
      'enable-atom-pub-over-http': { type: 'boolean', default: false },
      'commit-timeout-ms': { type: 'string' },
      'run-projections': { type: 'string', default: 'system' },
      'start-standard-projections': { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > LARGEST_PORT) {
    throw new TypeError(`--port ${values.port} is not a port.`)
  }
  if (values.memory === (values.dir !== undefined)) {
    throw new TypeError('Either --dir or --memory is needed.')
  }
  if (values.access !== undefined && !values.cert && !values['self-signed']) {
    throw new TypeError('--access means nothing without TLS: nobody is asked who they are.')
  }
  const { dir, host } = values
  const runProjections = values['run-projections'].toLowerCase()
  if (runProjections !== 'none' && runProjections !== 'system') {
    throw new TypeError('--run-projections is "none" or "system": others are not offered.')
  }
  const startStandardProjections = values['start-standard-projections']
  return {
    ...{ dir, port, host, tls: tlsOf(values), runProjections, startStandardProjections },
    atomPub: values['enable-atom-pub-over-http'],
    ...accessIn(values.access),
    ...patienceOf(values['commit-timeout-ms']),
  }
}

function accessIn(file: string | undefined): { access?: GivenAccess } {
  if (file === undefined) return {}
  try {
    return { access: readAccess(readFileSync(file, 'utf8')) }
  } catch (error) {
    throw new TypeError(`--access ${file} can't be used: ${(error as Error).message}`)
  }
}

function patienceOf(text: string | undefined): { commitTimeoutMs?: number } {
  if (text === undefined) return {}
  const commitTimeoutMs = Number(text)
  if (
    !Number.isInteger(commitTimeoutMs) ||
    commitTimeoutMs < 1 ||
    commitTimeoutMs > LONGEST_TIMER_MS
  ) {
    throw new TypeError(`--commit-timeout-ms ${text} is no number of milliseconds.`)
  }
  return { commitTimeoutMs }
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

function read(args: readonly string[]): Arguments {
  try {
    return parse(args)
  } catch (error) {
    return fail((error as Error).message, USAGE_ERROR)
  }
}

/** Runs a server until it is told to stop. */
export async function serve(args: readonly string[]): Promise<void> {
  const { dir, tls, ...place } = read(args)
  const { EVENTSTORE_DEFAULT_ADMIN_PASSWORD: admin, EVENTSTORE_DEFAULT_OPS_PASSWORD: ops } =
    process.env
  const defaultPasswords = { ...(admin ? { admin } : {}), ...(ops ? { ops } : {}) }
  const report = (finding: Finding): void => void process.stderr.write(`${logLine(finding)}\n`)
  const rest = { ...place, ...(tls ? { tls } : {}), defaultPasswords, report }
  let server: EventStoreServer
  try {
    server = await startEventStore(dir === undefined ? { memory: true, ...rest } : { dir, ...rest })
  } catch (error) {
    return fail(explain(error, { dir, ...place }))
  }
  const stop = (): void => void server.stop()
  void server.stopped.then(() => process.exit(0))
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.stdout.write(`READY ${server.connectionString}\n`)
}
