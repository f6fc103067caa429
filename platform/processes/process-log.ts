// The log of one process: every line in a file of bounded size, what a person should see on the terminal.
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs'
import { dirname } from 'node:path'

export interface ProcessLog {
  /** Takes one line that the process wrote. */
  write(line: string): void
  /** The last lines, newest last: what a process said before it died. */
  lastLines(): readonly string[]
  /** Resolves when all is in the file. */
  close(): Promise<void>
}

/** A full file is set aside as `<file>.1`, in the place of the one before it. */
const FILE_BYTES = 10 * 1024 * 1024
const REMEMBERED_LINES = 20
const TERMINAL_CHARACTERS = 300
/** A store that is away makes its clients say the same many times a second. */
const REPEATED_AFTER_MS = 10_000
/** What node writes around an error that ends it; the error itself is what people need. */
const IN_A_TRACE = /^(?:\s|\}|node:|Node\.js v)/
/** Searched in the raw line: most lines are below this level and are not worth parsing. */
const FOR_PEOPLE = /"level":(?:"(?:warn|error|fatal)"|[456]0)/

/** Everything goes into `file`; what a person should see goes to `toTerminal`, but not over and over. */
export function openProcessLog(file: string, toTerminal: (line: string) => void): ProcessLog {
  mkdirSync(dirname(file), { recursive: true })
  let bytes = existsSync(file) ? statSync(file).size : 0
  let stream = open(file)
  const last: string[] = []
  const isRepetition = repetitions()
  return {
    write(line) {
      if (bytes > FILE_BYTES) {
        stream.end()
        renameSync(file, `${file}.1`)
        stream = open(file)
        bytes = 0
      }
      stream.write(`${line}\n`)
      bytes += line.length + 1
      last.push(line)
      if (last.length > REMEMBERED_LINES) last.shift()
      const words = wordsForPeople(line)
      if (words !== undefined && !isRepetition(words)) toTerminal(words)
    },
    lastLines: () => last,
    close: () => new Promise(resolve => stream.end(() => resolve())),
  }
}

/** Tells whether the same was said a moment ago, whatever its cause was that time. */
function repetitions(): (words: string) => boolean {
  const said = new Set<string>()
  let since = Date.now()
  return words => {
    if (Date.now() - since > REPEATED_AFTER_MS) {
      said.clear()
      since = Date.now()
    }
    const [what = words] = words.split(' (', 1)
    const known = said.has(what)
    said.add(what)
    return known
  }
}

function open(file: string): WriteStream {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  // A full disk must not end the supervisor, whose processes may still have work to finish.
  stream.on('error', () => {})
  return stream
}

/** The line as a person reads it; undefined when it need not be seen. */
export function wordsForPeople(line: string): string | undefined {
  if (line.trim() === '' || IN_A_TRACE.test(line)) return undefined
  if (!line.startsWith('{')) return line.slice(0, TERMINAL_CHARACTERS)
  if (!FOR_PEOPLE.test(line)) return undefined
  try {
    const { level, msg, err } = JSON.parse(line)
    const cause = typeof err === 'string' ? err : err?.message
    const words = [typeof level === 'string' ? `${level}:` : '', msg, cause && `(${cause})`]
    return words.filter(Boolean).join(' ').slice(0, TERMINAL_CHARACTERS)
  } catch {
    return line.slice(0, TERMINAL_CHARACTERS)
  }
}
