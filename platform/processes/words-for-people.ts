// A line of a process' log as a person reads it on the terminal.
import { printable } from '@cryptotalks/shared-kernel/logging/control-characters'

const mostCharacters = 300
/** What node writes around an error that ends it; the error itself is what people need. */
const IN_A_TRACE = /^(?:\s|\}|node:|Node\.js v)/
/** Searched in the raw line: most lines are below this level and are not worth parsing. */
const FOR_PEOPLE = /"level":(?:"(?:warn|error|fatal)"|[456]0)/
/** Beyond the third cause of a cause lies nothing that an operator can do something about. */
const MOST_CAUSES = 4

interface Entry {
  readonly level?: unknown
  readonly msg?: unknown
  readonly err?: unknown
  readonly method?: unknown
  readonly route?: unknown
  readonly status?: unknown
  readonly projector?: unknown
  readonly reason?: unknown
  /** Of a damaged log. */
  readonly file?: unknown
  readonly position?: unknown
}

/** The line as a person reads it; undefined when it need not be seen. */
export function wordsForPeople(line: string): string | undefined {
  if (line.trim() === '' || IN_A_TRACE.test(line)) return undefined
  const words = line.startsWith('{') ? wordsOfEntry(line) : line
  return words && printable(words.slice(0, mostCharacters))
}

function wordsOfEntry(line: string): string | undefined {
  if (!FOR_PEOPLE.test(line)) return undefined
  try {
    const entry = JSON.parse(line) as Entry
    const level = typeof entry.level === 'string' ? `${entry.level}: ` : ''
    const why = causes(entry.err).join(': ') || textOf(entry.reason) || placeOf(entry)
    return `${level}${whatHappened(entry)}${why && ` (${why})`}`
  } catch {
    return line
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const placeOf = ({ file, position }: Entry): string =>
  typeof file === 'string' ? `${file}${position === undefined ? '' : ` at ${position}`}` : ''

function whatHappened({ msg, method, route, status, projector }: Entry): string {
  if (msg === 'answered') return `${method} ${route} answered ${status}`
  return typeof projector === 'string' ? `${projector}: ${textOf(msg)}` : textOf(msg)
}

/** The messages of an error and of what caused it; an error without a word is told by its kind or code. */
function causes(error: unknown): string[] {
  const said: string[] = []
  let next = error
  for (let depth = 0; depth < MOST_CAUSES && next; depth++) {
    const { message, type, code, cause } = (
      typeof next === 'object' ? next : { message: next }
    ) as Record<string, unknown>
    const words = textOf(message) || textOf(code) || textOf(type)
    // Many a library repeats the message of its cause in its own.
    if (words !== '' && !said.some(before => before.includes(words))) said.push(words)
    next = cause
  }
  return said
}
