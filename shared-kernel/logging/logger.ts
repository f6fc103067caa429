// Structured logs: one JSON line an entry on standard output, without secrets.
import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

export interface LoggerOptions {
  /** The process' name, on every line. */
  readonly name: string
  readonly level?: string
  /** Where the lines go; standard output, unless told otherwise. */
  readonly destination?: DestinationStream
}

/** Fields whose value never reaches a log line, however deep they lie (to the depth given below). */
const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwordHash',
  'token',
  'sessionToken',
  'idempotencyKey',
  'secret',
  'masterKey',
  'email',
  'phone',
  'login',
  'connectionString',
]

// Request headers lie at the third level (`{ request: { headers: { cookie } } }`); errors carry as much.
const prefixes = ['', '*.', '*.*.', '*.*.*.']

const redactedPaths = prefixes.flatMap(prefix =>
  secretFields.map(field =>
    field.includes('-') ? `${prefix.slice(0, -1)}["${field}"]` : `${prefix}${field}`,
  ),
)

/** A logger that redacts what is secret or personal by the names of fields. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: '[redacted]' },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
