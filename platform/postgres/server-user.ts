// The system user the database server runs as: PostgreSQL refuses to run as root.
import { spawnSync } from 'node:child_process'
import { chownSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** `nobody`: exists nearly everywhere, and works by number where it does not. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 }

/** Spawn options that give a process the server's user; empty when we are not root ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | Record<never, never>

export function serverUser(): ServerUser {
  return process.getuid?.() === 0 ? UNPRIVILEGED : {}
}

/** Gives a file or folder to the server's user. */
export function giveTo(user: ServerUser, path: string): void {
  if ('uid' in user) chownSync(path, user.uid, user.gid)
}

/** The same with all that is in a folder, where it is another's: so it comes back from a backup that root restored. */
export function giveTreeTo(user: ServerUser, folder: string): void {
  if (!('uid' in user) || statSync(folder).uid === user.uid) return
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    giveTo(user, join(folder, path))
  // Last, so that what is broken off here is done again.
  giveTo(user, folder)
}

/** Whether the server's user reaches this folder through all the folders above it. */
export function canReach(user: ServerUser, folder: string): boolean {
  if (!('uid' in user)) return true
  const { status } = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], {
    ...user,
    cwd: '/',
    stdio: 'ignore',
  })
  return status === 0
}
