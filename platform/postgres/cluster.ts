// The database cluster on disk: made once by initdb, owned by the server's user.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { PostgresBinaries } from './binaries.ts'
import { canReach, giveTo, giveTreeTo, type ServerUser } from './server-user.ts'

export interface Cluster {
  /** The folder as the operator knows it. */
  readonly folder: string
  /** The folder as the server, started with it as its working directory, is told it. */
  readonly folderForServer: string
  readonly password: string
}

export const SUPERUSER = 'cryptotalks'

/**
 * Opens the cluster under `dataDir`, making it if there is none, with this superuser password or a fresh one.
 * `durable: false` spares the flush to disk, for clusters that are thrown away.
 * @throws when `mustBeThere` and it is not
 */
export async function openCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  user: ServerUser,
  {
    durable,
    password: given,
    mustBeThere = false,
  }: {
    readonly durable: boolean
    readonly password?: string | undefined
    readonly mustBeThere?: boolean
  },
): Promise<Cluster> {
  const folder = join(dataDir, 'data')
  const passwordFile = join(dataDir, 'password')
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    if (mustBeThere) {
      throw new Error(
        `Its data is gone from ${folder}: stop the site, put ${dataDir} back from its newest backup and start again`,
      )
    }
    const password = given ?? randomBytes(24).toString('base64url')
    writeFileSync(passwordFile, password, { mode: 0o600 })
    await makeCluster(dataDir, password, binaries, user, durable)
  }
  giveTreeTo(user, folder)
  return {
    folder,
    folderForServer: pathForServer(folder, user),
    password: readFileSync(passwordFile, 'utf8').trim(),
  }
}

async function makeCluster(
  dataDir: string,
  password: string,
  binaries: PostgresBinaries,
  user: ServerUser,
  durable: boolean,
): Promise<void> {
  const unfinished = join(dataDir, 'data.unfinished')
  const passwordForInitdb = join(dataDir, 'password.initdb')
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  giveTo(user, unfinished)
  rmSync(passwordForInitdb, { force: true })
  writeFileSync(passwordForInitdb, password, { mode: 0o600 })
  giveTo(user, passwordForInitdb)
  try {
    await runInitdb(unfinished, binaries, user, durable)
  } finally {
    rmSync(passwordForInitdb, { force: true })
  }
  renameSync(unfinished, join(dataDir, 'data'))
}

async function runInitdb(
  folder: string,
  binaries: PostgresBinaries,
  user: ServerUser,
  durable: boolean,
): Promise<void> {
  const initdb = spawn(
    binaries.initdb,
    [
      ...['-D', pathForServer(folder, user), '-U', SUPERUSER, '-A', 'scram-sha-256'],
      ...['--pwfile=../password.initdb', '--encoding=UTF8', '--locale=C'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...user, cwd: folder, env: SERVER_ENV, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const [[code], stderr] = await Promise.all([once(initdb, 'exit'), text(initdb.stderr)])
  if (code !== 0) throw new Error(`initdb could not make the database cluster: ${stderr.trim()}`)
}

/** Nothing of our own environment (keys, connection strings) is for the database server. */
export const SERVER_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot } : {}),
}

/**
 * Root's own folders (/root) are closed to the server's user. The server is then started inside its
 * folder and told that one by a name that does not lead through those above it.
 */
function pathForServer(folder: string, user: ServerUser): string {
  if (canReach(user, folder)) return folder
  if (process.platform === 'linux') return '/proc/self/cwd'
  throw new Error(
    `The database must not run as root, and its user can't reach ${folder}. ` +
      "Start as an ordinary user, or set DATA_DIR to a folder outside root's home.",
  )
}

/**
 * Makes the folder that holds everything of one database server: closed to all but that server's user, who is started inside
 * it and need not be let through the folders above.
 */
export function makeDataDir(dataDir: string, user: ServerUser): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  chmodSync(dataDir, 0o700)
  giveTo(user, dataDir)
}
