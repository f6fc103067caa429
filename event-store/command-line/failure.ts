// How a command ends that can't do what it was asked for: in words for whoever typed it.

import { DirectoryInUse } from '../storage/directory-lock.ts'
import { DamagedStore } from '../storage/errors.ts'

export const USAGE_ERROR = 2

/** Ends the process with a message. */
export function fail(words: string, code = 1): never {
  const hint = code === USAGE_ERROR ? '\nSee cryptotalks-event-store --help.' : ''
  process.stderr.write(`cryptotalks-event-store: ${words}${hint}\n`)
  process.exit(code)
}

/** What was asked for, as far as a failure can have to do with it. */
interface Asked {
  readonly dir: string | undefined
  readonly host?: string
  readonly port?: number
}

/** An error in words that say what can be done. */
export function explain(error: unknown, { dir, host, port }: Asked): string {
  if (error instanceof DirectoryInUse) return error.message
  if (error instanceof DamagedStore) {
    return `${error.message} It lies in ${dir}, which is left as it is: put a backup in its place.`
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is in use.`
  if (code === 'EACCES' || code === 'ENOTDIR' || code === 'EROFS') {
    return `${dir ?? 'The folder'} can't be used: ${message}`
  }
  return message
}
