// Password hashes: argon2id, so many at once as there are processors to make them.
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, hashSync, verify, verifySync } from '@node-rs/argon2'

/** OWASP's second choice of parameters for argon2id: 19 MiB, two passes, one lane; about 45 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const SALT_BYTES = 16
/** At some 45 ms each, the last in the line waits about three seconds on one processor. */
const MOST_WAITING = 64

/** A password as it is kept. */
export interface PasswordHash {
  /** In PHC text, which names its parameters and its salt. */
  readonly hash: string
  /** In base64, as readers of the real server's users expect it. */
  readonly salt: string
}

const atOnce = availableParallelism()
const waiting: (() => void)[] = []
let running = 0

/** Runs work when its turn comes; gives undefined, without running it, when too much waits already. */
async function inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
  if (running >= atOnce) {
    if (waiting.length >= MOST_WAITING) return undefined
    // Whoever ends hands its place over, so that nobody who comes in between can take it.
    await new Promise<void>(resolve => waiting.push(resolve))
  } else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

/** Undefined when so much is waiting already that nobody would wait for the answer. */
export function hashPassword(password: string): Promise<PasswordHash | undefined> {
  const salt = randomBytes(SALT_BYTES)
  return inTurn(async () => ({
    hash: await hash(password, { ...PARAMETERS, salt }),
    salt: salt.toString('base64'),
  }))
}

/** The same while everything else waits: for a server that is only starting. */
export function hashPasswordNow(password: string): PasswordHash {
  const salt = randomBytes(SALT_BYTES)
  return {
    hash: hashSync(password, { ...PARAMETERS, salt }),
    salt: salt.toString('base64'),
  }
}

/** From so many characters drawn at random on, nobody finds a secret by trying, however quick a try is. */
export const LEAST_SECRET = 32
/** Argon2id at its least: a slow hash protects what people think up. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 }

/** A long random secret as it is kept; takes no time worth mentioning. */
export function hashSecretNow(secret: string): PasswordHash {
  const salt = randomBytes(SALT_BYTES)
  return { hash: hashSync(secret, { ...QUICK, salt }), salt: salt.toString('base64') }
}

/** Whether a hash is of this secret. */
export function isSecretNow(secret: string, hashed: string): boolean {
  try {
    return verifySync(hashed, secret)
  } catch {
    return false
  }
}

/** What is compared with where there is no user, so that it takes as long. */
let nobodys: string | undefined

/** Undefined when so much is waiting already that nobody would wait for the answer. Without a hash it is false. */
export function verifyPassword(
  password: string,
  hashed: string | undefined,
): Promise<boolean | undefined> {
  nobodys ??= hashPasswordNow(randomBytes(SALT_BYTES).toString('hex')).hash
  const against = hashed ?? nobodys
  return inTurn(async () => {
    const matches = await verify(against, password).catch(() => false)
    return matches && hashed !== undefined
  })
}
