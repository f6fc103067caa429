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
import { wordsForPeople } from './words-for-people.ts'

export interface ProcessLog {
  /** Takes one line that the process wrote. Never throws. */
  write(line: string): void
  /** The last lines, newest last: what a process said before it died. */
  lastLines(): readonly string[]
  /** Resolves when all is in the file, as far as it can be. */
  close(): Promise<void>
}

/** A full file is set aside as `<file>.1`, in the place of the one before it. */
const FILE_BYTES = 10 * 1024 * 1024
const REMEMBERED_LINES = 20
/** A store that is away makes its clients say the same many times a second. */
const REPEATED_AFTER_MS = 10_000
/** After a failure (a full disk, most likely) the file is tried again so much later. */
const TRY_AGAIN_MS = 5_000
/** A disk that takes nothing for a while must not fill the memory instead. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

/** Everything goes into `file`; what a person should see goes to `toTerminal`, but not over and over. */
export function openProcessLog(file: string, toTerminal: (line: string) => void): ProcessLog {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const intoFile = appender(file, error =>
    toTerminal(`warn: its log can't be written, and goes on without (${error.message})`),
  )
  const last: string[] = []
  const isRepetition = repetitions()
  return {
    write(line) {
      intoFile.write(line)
      last.push(line)
      if (last.length > REMEMBERED_LINES) last.shift()
      const words = wordsForPeople(line)
      if (words !== undefined && !isRepetition(words)) toTerminal(words)
    },
    lastLines: () => last,
    close: () => intoFile.close(),
  }
}

/** Appends lines to a file of bounded size; what it can't take is left out, and how many lines that were is told. */
function appender(file: string, onFailure: (error: Error) => void) {
  let stream: WriteStream | undefined
  let bytes = 0
  let missing = 0
  let brokenSince = Number.NEGATIVE_INFINITY

  const fail = (error: Error) => {
    if (stream !== undefined && missing === 0) onFailure(error)
    stream = undefined
    brokenSince = performance.now()
  }
  const open = () => {
    bytes = existsSync(file) ? statSync(file).size : 0
    const opened = createWriteStream(file, { flags: 'a', mode: 0o600 })
    // A full disk must not end the supervisor, whose processes may still have work to finish.
    opened.on('error', error => stream === opened && fail(error))
    stream = opened
  }
  const rotate = () => {
    stream?.end()
    renameSync(file, `${file}.1`)
    open()
  }
  const take = (line: string) => {
    stream?.write(`${line}\n`)
    bytes += line.length + 1
  }
  open()
  return {
    write(line: string) {
      try {
        if (stream === undefined && performance.now() - brokenSince > TRY_AGAIN_MS) open()
        if (bytes > FILE_BYTES) rotate()
      } catch (error) {
        fail(error as Error)
      }
      if (stream === undefined || stream.writableLength > MOST_WAITING_BYTES) {
        missing++
        return
      }
      if (missing > 0) {
        take(JSON.stringify({ level: 'warn', msg: 'lines are missing here', lines: missing }))
        missing = 0
      }
      take(line)
    },
    close: () =>
      new Promise<void>(resolve => {
        if (stream === undefined) return resolve()
        stream.once('error', () => resolve())
        stream.end(() => resolve())
      }),
  }
}

/** Tells whether the same was said a moment ago, whatever its cause was that time. */
function repetitions(): (words: string) => boolean {
  const said = new Set<string>()
  let since = performance.now()
  return words => {
    if (performance.now() - since > REPEATED_AFTER_MS) {
      said.clear()
      since = performance.now()
    }
    const [what = words] = words.split(' (', 1)
    const known = said.has(what)
    said.add(what)
    return known
  }
}
