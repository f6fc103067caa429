// Keeps a store from being opened by a version that reads another layout of its files.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore } from './errors.ts'

/** The layout of the files; a store of another one is refused. */
const FORMAT = '3'
export const FORMAT_FILE = 'format'
/** What stores were kept in before there was this file. */
const BEFORE = 'data.mdb'

/** Says in a new folder which layout it has. Throws `DamagedStore` for a folder that has another. */
export function demandFormat(dir: string): void {
  const path = join(dir, FORMAT_FILE)
  if (existsSync(path)) {
    const format = readFileSync(path, 'utf8').trim()
    if (format === FORMAT) return
    throw new DamagedStore(`${dir} holds format ${format}; this version reads ${FORMAT}.`)
  }
  if (existsSync(join(dir, BEFORE))) {
    throw new DamagedStore(
      `${dir} holds a store of an earlier version, which this one can't read: move it away, or read it with that version.`,
    )
  }
  if (readdirSync(dir).includes('log')) {
    throw new DamagedStore(`${path} is missing: ${dir} is not known to be a store.`)
  }
  writeFileSync(path, `${FORMAT}\n`)
}
