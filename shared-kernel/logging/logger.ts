// Structured logs: one JSON line an entry on standard output, whatever is logged, without secrets.
import { type DestinationStream, type Logger, pino } from 'pino'
import { withoutControls } from './control-characters.ts'
import { loggableFields, loggableText } from './loggable.ts'

export type { Logger }

export interface LoggerOptions {
  /** The process' name, on every line. */
  readonly name: string
  readonly level?: string
  /** Where the lines go; standard output, unless told otherwise. */
  readonly destination?: DestinationStream
}

/** What every line has from the logger itself, and no entry may say otherwise. */
const ownFields = new Set(['level', 'time', 'name', 'msg', 'pid', 'hostname'])

function standardOutput(): DestinationStream {
  const stream = pino.destination({ fd: 1, sync: true })
  // Whoever reads our lines may go away, or have no room for them: no reason to end.
  stream.on('error', () => {})
  return stream
}

function entryFields(given: object): Record<string, unknown> {
  const fields = loggableFields(given)
  for (const name of ownFields) {
    if (!Object.hasOwn(fields, name)) continue
    fields[`${name}_`] = fields[name] as never
    delete fields[name]
  }
  return fields
}

/** An entry's fields and message as they may be written, from whatever was given. */
function entryOf([first, second]: readonly unknown[]): [object, string] {
  const fields =
    (typeof first === 'object' || typeof first === 'function') && first !== null
      ? entryFields(first)
      : {}
  const words = typeof first === 'string' ? first : second
  if (typeof words === 'string') return [fields, loggableText(words)]
  const { err } = fields as { err?: { message?: string } }
  return [fields, err?.message ?? '']
}

/**
 * A logger that never throws, writes lines of bounded size, and leaves out what is secret or personal by the names of
 * fields: see `loggableFields`.
 */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const out = destination ?? standardOutput()
  const logger: Logger = pino(
    {
      name,
      level,
      formatters: { level: label => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      // What is left of an error by then is plain.
      serializers: { err: fields => fields },
      hooks: {
        logMethod(given, write) {
          try {
            write.apply(this, entryOf(given) as Parameters<typeof write>)
          } catch {
            // The line is lost; whoever wanted to say something goes on.
          }
        },
      },
    },
    // JSON leaves controls above C0 as they are, and a log is looked at in terminals.
    { write: line => out.write(`${withoutControls(line.trimEnd())}\n`) },
  )
  // A child's fields go by no hook: pino writes them out as the child is made.
  const { child } = logger
  Object.defineProperty(logger, 'child', {
    value(this: Logger, fields: object): Logger {
      return Reflect.apply(child, this, [entryFields(fields)])
    },
  })
  return logger
}
