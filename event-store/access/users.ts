// The users: kept as events, found by their login name, made, changed and removed.
import { createdOf, fieldsOf, revisionOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { ownEvent, type Writer } from '../streams/append.ts'
import { METADATA_TYPE, metastreamOf } from '../streams/names.ts'
import { ADMINS, OPS } from '../transport/principal.ts'
import { hashPassword, hashPasswordNow, type PasswordHash, verifyPassword } from './passwords.ts'
import {
  decodeUser,
  encodeUser,
  streamOfUser,
  USERS_STREAM,
  type UserRecord,
} from './user-record.ts'

/** Why nothing was changed. */
export type UserRefusal = 'not-found' | 'conflict' | 'wrong-password' | 'busy'

/** A user, and when they were last changed. */
export interface FoundUser {
  readonly user: UserRecord
  /** Milliseconds since 1970. */
  readonly changed: number
}

/** Passwords for the users of a fresh store. */
export interface DefaultPasswords {
  readonly admin?: string
  readonly ops?: string
}
const WELL_KNOWN = 'changeit'

const CREATED = Buffer.from('$UserCreated')
const UPDATED = Buffer.from('$UserUpdated')
const NAMED = Buffer.from('$User')
/** Users are for administrators only, as all streams of the system; this keeps it so whatever the default becomes. */
const ACL = Buffer.from(JSON.stringify({ $acl: { $w: ADMINS, $d: ADMINS, $mw: ADMINS } }))
/** Names read in one go. */
const PAGE = 200

function protect(writer: Writer, login: string): void {
  const metastream = metastreamOf(streamOfUser(login))
  writer.append(metastream, 'any', [ownEvent(METADATA_TYPE, ACL)])
}

/** Within a commit: makes a user. */
export function addUser(writer: Writer, user: UserRecord): UserRefusal | undefined {
  protect(writer, user.login)
  const event = ownEvent(CREATED, encodeUser(user))
  // A stream that was ended for ever takes no user again.
  const { kind } = writer.append(streamOfUser(user.login), 'any', [event])
  if (kind !== 'appended') return 'conflict'
  writer.append(USERS_STREAM, 'any', [ownEvent(NAMED, Buffer.from(user.login), false)])
  return undefined
}

/** Within a commit: has a user be another from now on. */
export function changeUser(writer: Writer, user: UserRecord): UserRefusal | undefined {
  const event = ownEvent(UPDATED, encodeUser(user))
  const { kind } = writer.append(streamOfUser(user.login), 'any', [event])
  return kind === 'appended' ? undefined : 'conflict'
}

export class Users {
  readonly #store: Store
  readonly #defaultPasswords: DefaultPasswords
  #defaults: readonly UserRecord[] | undefined

  constructor(store: Store, defaultPasswords: DefaultPasswords = {}) {
    this.#store = store
    this.#defaultPasswords = defaultPasswords
  }

  /** Makes `admin` and `ops` in a store that has no users, and waits until they are on disk. */
  ensureDefaults(): void {
    if (this.#store.streams.visible(USERS_STREAM).kind === 'stream') return
    this.#defaults ??= defaultUsers(this.#defaultPasswords)
    const users = this.#defaults
    this.#store.writeNow(writer => {
      for (const user of users) addUser(writer, user)
    })
  }

  find(login: string): FoundUser | undefined {
    const { streams } = this.#store
    const stream = streams.visible(streamOfUser(login))
    if (stream.kind !== 'stream' || stream.head < stream.first) return undefined
    const event = streams.log.event(stream.number, stream.head)
    const user = event && decodeUser(fieldsOf(event).data)
    return user?.login === login ? { user, changed: createdOf(event as Buffer) } : undefined
  }

  /** All users, in the order in which they were made. */
  list(): readonly FoundUser[] {
    const { streams } = this.#store
    const stream = streams.visible(USERS_STREAM)
    if (stream.kind !== 'stream') return []
    const logins = new Set<string>()
    for (let from = Math.max(stream.first, 0); from <= stream.head; ) {
      const range = { from, to: stream.head, limit: PAGE }
      const page = streams.log.readStream(stream.number, range)
      for (const record of page) logins.add(fieldsOf(record).data.toString())
      from = page.length === 0 ? Infinity : revisionOf(page.at(-1) as Buffer) + 1
    }
    return [...logins].flatMap(login => this.find(login) ?? [])
  }

  /** Made before with the same password is as good as made now. */
  async create(
    { login, fullName, groups }: Pick<UserRecord, 'login' | 'fullName' | 'groups'>,
    password: string,
  ): Promise<UserRefusal | undefined> {
    const existing = this.find(login)
    if (existing) {
      const same = await verifyPassword(password, existing.user.hash)
      return same === undefined ? 'busy' : same ? undefined : 'conflict'
    }
    const hashed = await hashPassword(password)
    if (!hashed) return 'busy'
    const user = { login, fullName, groups, ...hashed, disabled: false }
    const refusal = await this.#write(writer =>
      this.find(login) ? 'conflict' : addUser(writer, user),
    )
    // Somebody else may have made it while the password was hashed, with the same one even.
    return refusal === 'conflict' && this.find(login) ? this.create(user, password) : refusal
  }

  update(
    login: string,
    fullName: string,
    groups: readonly string[],
  ): Promise<UserRefusal | undefined> {
    return this.#change(login, { fullName, groups })
  }

  /** A user who is disabled can't sign in. */
  setDisabled(login: string, disabled: boolean): Promise<UserRefusal | undefined> {
    return this.#change(login, { disabled })
  }

  async changePassword(
    login: string,
    current: string,
    next: string,
  ): Promise<UserRefusal | undefined> {
    const found = this.find(login)
    if (!found) return 'not-found'
    const right = await verifyPassword(current, found.user.hash)
    if (!right) return right === undefined ? 'busy' : 'wrong-password'
    return this.resetPassword(login, next)
  }

  async resetPassword(login: string, password: string): Promise<UserRefusal | undefined> {
    if (!this.find(login)) return 'not-found'
    const hashed: PasswordHash | undefined = await hashPassword(password)
    return hashed ? this.#change(login, hashed) : 'busy'
  }

  delete(login: string): Promise<UserRefusal | undefined> {
    return this.#write(writer => {
      if (!this.find(login)) return 'not-found'
      writer.delete(streamOfUser(login), 'any')
      return undefined
    })
  }

  #change(login: string, change: Partial<UserRecord>): Promise<UserRefusal | undefined> {
    return this.#write(writer => {
      const found = this.find(login)
      if (!found) return 'not-found'
      const changed = encodeUser({ ...found.user, ...change })
      writer.append(streamOfUser(login), 'any', [ownEvent(UPDATED, changed)])
      return undefined
    })
  }

  #write(action: (writer: Writer) => UserRefusal | undefined): Promise<UserRefusal | undefined> {
    return new Promise((resolve, reject) => this.#store.write(action, resolve, reject))
  }
}

function defaultUsers({ admin = WELL_KNOWN, ops = WELL_KNOWN }: DefaultPasswords): UserRecord[] {
  const user = (login: string, what: string, group: string, password: string): UserRecord => ({
    login,
    fullName: `Event Store ${what}`,
    groups: [group],
    ...hashPasswordNow(password),
    disabled: false,
  })
  return [user('ops', 'Operations', OPS, ops), user('admin', 'Administrator', ADMINS, admin)]
}
