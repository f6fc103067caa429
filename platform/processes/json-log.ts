// Structured log lines of the platform's own processes, in the form that all processes of the house use.
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** A log that writes one JSON line an entry and leaves out what is below `level` (`silent`: all). */
export function jsonLog(name: string, level: LogLevel | 'silent' = 'info'): Log {
  const logger = createLogger({ name, level })
  return (entryLevel, message, fields = {}) => logger[entryLevel](fields, message)
}
