// Who may use the embedded event store: users with secrets of their own, kept where only our own user can read them.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** `admin` is for operators; processes sign in as one of the others, the read side as the one that can't write. */
const GROUPS = {
  admin: ['$admins'],
  cryptotalks: ['writers', 'readers'],
  'cryptotalks-reader': ['readers'],
} as const
export type StoreUser = keyof typeof GROUPS

const WRITERS = ['$admins', 'writers']
const EVERYBODY = ['$admins', 'readers']
const ADMINS = '$admins'

/** Which streams who may read and write. */
const RIGHTS = {
  acls: { $all: { $r: EVERYBODY } },
  settings: {
    $userStreamAcl: { $r: EVERYBODY, $w: WRITERS, $d: ADMINS, $mr: EVERYBODY, $mw: WRITERS },
    $systemStreamAcl: { $r: ADMINS, $w: ADMINS, $d: ADMINS, $mr: ADMINS, $mw: ADMINS },
  },
}

export interface EventStoreAccess {
  /** What the event store is started with. */
  readonly args: readonly string[]
  /** The connection string of a user. */
  url(user: StoreUser, port: number): string
}

const SECRET_BYTES = 32

/** Opens a folder of secrets and of the store's own certificate, making what is missing. */
export function openEventStoreAccess(folder: string): EventStoreAccess {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'access.json')
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const passwords = passwordsIn(known)
  const users = Object.entries(GROUPS).map(([login, groups]) => {
    return { login, password: passwords.get(login) ?? newSecret(), groups }
  })
  const text = `${JSON.stringify({ users, ...RIGHTS }, null, 2)}\n`
  if (text !== known) replace(file, text)
  const secrets = new Map(users.map(({ login, password }) => [login, password]))
  const trusted = encodeURIComponent(join(folder, 'certificate.pem'))
  return {
    args: ['--self-signed', folder, '--access', file],
    url: (user, port) =>
      `esdb://${user}:${secrets.get(user)}@localhost:${port}?tls=true&tlsCAFile=${trusted}`,
  }
}

const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** Secrets that can't be read are drawn anew: the store takes those that it is started with. */
function passwordsIn(text: string): ReadonlyMap<string, string> {
  try {
    const { users } = JSON.parse(text) as {
      users: readonly { login: string; password: string }[]
    }
    return new Map(users.map(({ login, password }) => [login, password]))
  } catch {
    return new Map()
  }
}

/** The file is whole or not there at all. */
function replace(file: string, text: string): void {
  const draft = openSync(`${file}.new`, 'w', 0o600)
  writeSync(draft, text)
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${file}.new`, file)
}
