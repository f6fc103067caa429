// A file of users and rights that a server is started with: it sees to it at each start that they are so.
import { isDeepStrictEqual } from 'node:util'
import { fieldsOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { aclOf } from '../streams/acl.ts'
import { ownEvent, type Writer } from '../streams/append.ts'
import { METADATA_TYPE, metastreamOf } from '../streams/names.ts'
import { SETTINGS } from './access.ts'
import { hashSecretNow, isSecretNow, LEAST_SECRET } from './passwords.ts'
import type { UserRecord } from './user-record.ts'
import { addUser, changeUser, type Users } from './users.ts'

/** Somebody who may sign in. */
export interface GivenUser {
  readonly login: string
  /** At least 32 characters that somebody drew at random: it is kept under a quick hash. */
  readonly password: string
  readonly groups: readonly string[]
}

/** Who may sign in, and who may do what, as the server is told at its start. */
export interface GivenAccess {
  readonly users: readonly GivenUser[]
  /** ACLs by the names of streams, `$all` among them, as they stand in metadata; they replace all metadata there. */
  readonly acls?: Readonly<Record<string, unknown>>
  /** The event of `$settings`: `$userStreamAcl` and `$systemStreamAcl`. */
  readonly settings?: Readonly<Record<string, unknown>>
}

const UPDATED_DEFAULTS = Buffer.from('update-default-acl')

/** Reads a file's text. Throws a TypeError that says what is wrong with it, without its secrets. */
export function readAccess(text: string): GivenAccess {
  const { users, acls = {}, settings } = parsed(text)
  if (!Array.isArray(users) || users.length === 0) throw new TypeError('It has no list of users.')
  if (acls === null || typeof acls !== 'object') throw new TypeError('Its acls are no object.')
  for (const [stream, acl] of Object.entries(acls)) {
    if (!aclOf(acl)) throw new TypeError(`What it says of "${stream}" is no ACL.`)
  }
  if (settings !== undefined && (settings === null || typeof settings !== 'object')) {
    throw new TypeError('Its settings are no object.')
  }
  return {
    users: users.map(givenUser),
    acls: acls as Record<string, unknown>,
    ...(settings === undefined ? {} : { settings: settings as Record<string, unknown> }),
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    // The error of the parser repeats a piece of the text.
    throw new TypeError('It is no JSON.')
  }
}

function givenUser(value: unknown): GivenUser {
  const { login, password, groups = [] } = Object(value)
  if (typeof login !== 'string' || login === '') throw new TypeError('A user has no login.')
  if (typeof password !== 'string' || password.length < LEAST_SECRET) {
    throw new TypeError(`The password of "${login}" has fewer than ${LEAST_SECRET} characters.`)
  }
  const isList = Array.isArray(groups) && groups.every(group => typeof group === 'string')
  if (!isList) throw new TypeError(`The groups of "${login}" are no list of names.`)
  return { login, password, groups }
}

/** Writes what is not so yet, and waits until it is on disk; writes nothing where all is so. */
export function ensureAccess(store: Store, users: Users, given: GivenAccess): void {
  const steps = [
    ...given.users.flatMap(user => userStep(users, user) ?? []),
    ...Object.entries(given.acls ?? {}).flatMap(([stream, acl]) => aclStep(store, stream, acl)),
    ...settingsStep(store, given.settings),
  ]
  if (steps.length > 0) store.writeNow(writer => steps.map(step => step(writer)))
}

type Step = (writer: Writer) => unknown

function userStep(users: Users, { login, password, groups }: GivenUser): Step | undefined {
  const known = users.find(login)?.user
  const isSecret = known !== undefined && isSecretNow(password, known.hash)
  if (isSecret && !known.disabled && isDeepStrictEqual(known.groups, groups)) return undefined
  const hashed = isSecret ? { hash: known.hash, salt: known.salt } : hashSecretNow(password)
  const user: UserRecord = { login, fullName: login, groups, ...hashed, disabled: false }
  return writer => {
    const refusal = known ? changeUser(writer, user) : addUser(writer, user)
    if (refusal) throw new Error(`User "${login}" can't be made: ${refusal}.`)
  }
}

function aclStep({ streams }: Store, stream: string, acl: unknown): Step[] {
  if (isDeepStrictEqual(streams.limits(stream).acl, aclOf(acl))) return []
  const metadata = Buffer.from(JSON.stringify({ $acl: acl }))
  return [writer => writer.append(metastreamOf(stream), 'any', [ownEvent(METADATA_TYPE, metadata)])]
}

function settingsStep({ streams }: Store, settings: GivenAccess['settings']): Step[] {
  if (settings === undefined) return []
  const data = Buffer.from(JSON.stringify(settings))
  const found = streams.visible(SETTINGS)
  const last = found.kind === 'stream' ? streams.log.event(found.number, found.head) : undefined
  if (last && fieldsOf(last).data.equals(data)) return []
  return [writer => writer.append(SETTINGS, 'any', [ownEvent(UPDATED_DEFAULTS, data)])]
}
