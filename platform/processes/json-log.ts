// Structured log lines of the platform's own processes, in the form that all processes of the house use.

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LEVELS)[number]

export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** A log that writes one JSON line an entry and leaves out what is below `level` (`silent`: all). */
export function jsonLog(
  name: string,
  level: LogLevel | 'silent' = 'info',
  write: (line: string) => void = line => process.stdout.write(line),
): Log {
  const lowest = level === 'silent' ? -1 : LEVELS.indexOf(level)
  return (entryLevel, message, fields = {}) => {
    if (LEVELS.indexOf(entryLevel) > lowest) return
    const time = new Date().toISOString()
    write(`${JSON.stringify({ level: entryLevel, time, name, ...fields, msg: message })}\n`)
  }
}
