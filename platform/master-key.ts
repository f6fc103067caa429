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

/** Folders whose content can't be read without the key that it was made under. */
const sealedFolders = ['event-store', 'keyring']
const shapeOfKey = /^[A-Za-z0-9+/]{43}=$/

/**
 * The master key (32 bytes in base64) of this data folder; `given` stands for one from the environment.
 * @throws when it is gone or cut off while there is data: a new one would make all that is sealed unreadable
 */
export function masterKeyOf(dataDir: string, given?: string): string {
  if (given) {
    if (shapeOfKey.test(given)) return given
    throw new Error(
      'MASTER_KEY is not 32 bytes in base64: set it to the key of this site, or leave it out for the one in the data folder.',
    )
  }
  const file = join(dataDir, 'master.key')
  if (existsSync(file)) {
    const kept = readFileSync(file, 'utf8').trim()
    if (shapeOfKey.test(kept)) return kept
    throw new Error(
      `${file} does not hold a key of 32 bytes in base64: put it back from your backup, or set MASTER_KEY.`,
    )
  }
  if (sealedFolders.some(folder => existsSync(join(dataDir, folder)))) {
    throw new Error(
      `${file} is missing, and without it the personal data in ${dataDir} can't be read: ` +
        'put it back from your backup, or set MASTER_KEY.',
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
