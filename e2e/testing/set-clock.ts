// Programs of the house whose clock a test sets: what they call now is as far off as a file says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { program } from '@cryptotalks/platform/repository'

const programs = {
  'event-store': program('event-store', 'main.js'),
  projections: program('projections', 'main.js'),
  'write-side': program('write-side', 'main.js'),
  'rates-feed': program('write-side', 'rates-feed.js'),
  'read-side': program('read-side', 'main.js'),
} as const

/** Timers and `performance.now` go on as they do when somebody sets a machine's clock. */
const shifted = (file: string) => `
import { readFileSync, watchFile } from 'node:fs'
const file = ${JSON.stringify(file)}
const read = () => Number(readFileSync(file, 'utf8')) || 0
let ahead = read()
watchFile(file, { interval: 100 }, () => { ahead = read() }).unref()
const RealDate = Date
globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + ahead)
    else super(...given)
  }
  static now() { return RealDate.now() + ahead }
}
`

export interface SettableClock {
  /** For the platform, in place of its own. */
  readonly programs: Readonly<Record<keyof typeof programs, string>>
  /** Sets the clocks so many milliseconds ahead of the right time. */
  set(aheadMilliseconds: number): void
  remove(): void
}

/** Scripts that run the house's programs with one clock, which shows the right time until it is set. */
export function settableClock(): SettableClock {
  const folder = mkdtempSync(join(tmpdir(), 'cryptotalks-clock-'))
  const file = join(folder, 'ahead')
  const set = (ahead: number) => writeFileSync(file, String(ahead))
  set(0)
  const clock = join(folder, 'clock.mjs')
  writeFileSync(clock, shifted(file))
  const scripts = Object.entries(programs).map(([name, script]) => {
    const path = join(folder, `${name}.mjs`)
    const [first, then] = [clock, script].map(one => JSON.stringify(pathToFileURL(one).href))
    writeFileSync(path, `await import(${first})\nawait import(${then})\n`)
    return [name, path]
  })
  return {
    programs: Object.fromEntries(scripts) as SettableClock['programs'],
    set,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
