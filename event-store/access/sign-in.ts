// Basic authentication: whom a header stands for, remembered so that a call doesn't cost a password's hash.
import { createHmac, randomBytes } from 'node:crypto'
import { metastreamOf } from '../streams/names.ts'
import type { Follower, LiveFeed } from '../subscriptions/live-feed.ts'
import { ANONYMOUS, type Principal } from '../transport/principal.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { verifyPassword } from './passwords.ts'
import { streamOfUser, type UserRecord } from './user-record.ts'
import type { Users } from './users.ts'

/** Headers remembered; of more, the one that was signed in first has to prove itself again. */
const MOST_SESSIONS = 1000
/** A user who was removed, or has a new password, may finish what is under way: on the real server that takes as long. */
const GRACE_MS = 1000

/** Somebody who has proved who they are. */
interface Session {
  readonly principal: Principal
  readonly hash: string
  readonly unfollow: () => void
}

/** Found out at once where the header is known, else once the password is verified. */
export type SignedIn = Principal | GrpcError | Promise<Principal | GrpcError>

const unauthenticated = (): GrpcError => new GrpcError(Status.UNAUTHENTICATED, 'Unauthenticated')
const busy = (): GrpcError =>
  new GrpcError(Status.RESOURCE_EXHAUSTED, 'Too many passwords wait to be verified.')

interface Credentials {
  readonly login: string
  readonly password: string
}

function credentialsIn(header: string): Credentials | undefined {
  const text = Buffer.from(header.slice('basic'.length).trim(), 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Signs people in and keeps them signed in until something about them changes. */
export class SignIn {
  readonly #users: Users
  readonly #feed: LiveFeed
  readonly #dismiss: (principal: Principal) => void
  /** Headers are kept as hashes under a key of this process, not as the passwords they hold. */
  readonly #key = randomBytes(32)
  readonly #sessions = new Map<string, Session>()
  readonly #verifying = new Map<string, Promise<Principal | GrpcError>>()

  /** `dismiss` hears of those who may not go on with what they are doing. */
  constructor(users: Users, feed: LiveFeed, dismiss: (principal: Principal) => void) {
    this.#users = users
    this.#feed = feed
    this.#dismiss = dismiss
  }

  /** Whom an `authorization` header stands for; schemes other than Basic count as none. */
  principalOf(header: string | undefined): SignedIn {
    if (!header || !/^basic($|\s)/i.test(header)) return ANONYMOUS
    const key = createHmac('sha256', this.#key).update(header).digest('base64')
    const session = this.#sessions.get(key)
    if (session) return session.principal
    const waiting = this.#verifying.get(key)
    if (waiting) return waiting
    const credentials = credentialsIn(header)
    if (!credentials) return unauthenticated()
    const verifying = this.#verify(key, credentials).finally(() => this.#verifying.delete(key))
    this.#verifying.set(key, verifying)
    return verifying
  }

  /** Forgets everybody: the store was emptied. */
  clear(): void {
    for (const key of [...this.#sessions.keys()]) this.#forget(key)
  }

  async #verify(key: string, { login, password }: Credentials): Promise<Principal | GrpcError> {
    const claimed = this.#users.find(login)?.user
    const matches = await verifyPassword(password, claimed?.hash)
    if (matches === undefined) return busy()
    // The user may have changed meanwhile.
    const user = this.#users.find(login)?.user
    if (!matches || !user || user.disabled || user.hash !== claimed?.hash) return unauthenticated()
    return this.#remember(key, user)
  }

  #remember(key: string, user: UserRecord): Principal {
    for (const [first] of this.#sessions) {
      if (this.#sessions.size < MOST_SESSIONS) break
      this.#forget(first)
    }
    const principal = { name: user.login, groups: user.groups }
    const stream = streamOfUser(user.login)
    const follower: Follower = { onWritten: () => this.#review(key) }
    const stops = [stream, metastreamOf(stream)].map(name =>
      this.#feed.followStream(name, follower),
    )
    const unfollow = (): void => {
      for (const stop of stops) stop()
    }
    this.#sessions.set(key, { principal, hash: user.hash, unfollow })
    return principal
  }

  /** Something was written about a user: whoever could not sign in again as the same is no longer signed in. */
  #review(key: string): void {
    const session = this.#sessions.get(key)
    if (!session) return
    const { principal, hash } = session
    const user = this.#users.find(principal.name)?.user
    const sameGroups = String(user?.groups) === String(principal.groups)
    if (!user || (sameGroups && !user.disabled && user.hash !== hash)) {
      setTimeout(() => this.#end(key, session), GRACE_MS).unref()
    } else if (user.disabled || !sameGroups) {
      this.#forget(key)
      // Whoever did this to themselves is to have their answer.
      setImmediate(() => this.#dismiss(principal))
    }
  }

  #end(key: string, session: Session): void {
    if (this.#sessions.get(key) === session) this.#forget(key)
    this.#dismiss(session.principal)
  }

  #forget(key: string): void {
    this.#sessions.get(key)?.unfollow()
    this.#sessions.delete(key)
  }
}
