// Password hashes: argon2id, with a line for who signs in and another for who joins.
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { fairQueue } from '../limits/fair-queue.ts'

/** `from` is the address that asks. Both give undefined when so much waits that nobody would wait for the answer. */
export interface Passwords {
  /** argon2id in PHC text. */
  readonly hash: (password: string, salt: Uint8Array, from: string) => Promise<string | undefined>
  /** Without a hash to verify against it takes as long, and is false. */
  readonly verify: (
    password: string,
    passwordHash: string | undefined,
    from: string,
  ) => Promise<boolean | undefined>
}

/** OWASP's second choice of parameters for argon2id: 19 MiB, two passes, one lane; about 45 ms. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// libuv has four threads for such work and for files and names. Apart, so that whoever joins, in whatever numbers, never
// stands in the way of who signs in. At some 45 ms each, the last in either line waits about a second.
const signingIn = { atOnce: 2, mostWaiting: 48 }
const joining = { atOnce: 1, mostWaiting: 24 }

// The same letters can be written as different code points, by another keyboard or system.
const normalised = (password: string) => password.normalize('NFKC')

export function createPasswords(): Passwords {
  const verifyInTurn = fairQueue(signingIn)
  const hashInTurn = fairQueue(joining)
  const nobodys = hash(randomBytes(16).toString('hex'), parameters)
  return {
    hash: (password, salt, from) =>
      hashInTurn(from, () => hash(normalised(password), { ...parameters, salt })),
    verify: (password, passwordHash, from) =>
      verifyInTurn(from, async () => {
        const matches = await verify(passwordHash ?? (await nobodys), normalised(password))
        return matches && passwordHash !== undefined
      }),
  }
}
