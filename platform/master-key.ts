// The key under which all personal data is sealed: made once, kept in the data folder.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * The master key (32 bytes in base64) of this data folder.
 * @throws when it is gone while there is data: a new one would make all that is sealed unreadable
 */
export function masterKeyOf(dataDir: string): string {
  const file = join(dataDir, 'master.key')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  if (existsSync(join(dataDir, 'event-store'))) {
    throw new Error(
      `${file} is missing, and without it the personal data in ${dataDir} can't be read. ` +
        'Put it back from your backup, or set MASTER_KEY.',
    )
  }
  const key = randomBytes(32).toString('base64')
  const draft = openSync(`${file}.new`, 'w', 0o600)
  writeSync(draft, `${key}\n`)
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${file}.new`, file)
  return key
}
