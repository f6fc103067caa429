// Password hashes: argon2id, so many at once as there are processors to make them.
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { bounded } from './bounded.ts'

/** Both give undefined when so much is waiting already that nobody would wait for the answer. */
export interface Passwords {
  /** argon2id in PHC text. */
  readonly hash: (password: string, salt: Uint8Array) => Promise<string | undefined>
  /** Without a hash to verify against it takes as long, and is false. */
  readonly verify: (
    password: string,
    passwordHash: string | undefined,
  ) => Promise<boolean | undefined>
}

/** OWASP's second choice of parameters for argon2id: 19 MiB, two passes, one lane; about 45 ms. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// At some 45 ms each, the last in the line waits about two seconds on one processor.
const mostWaiting = 48

// The same letters can be written as different code points, by another keyboard or system.
const normalised = (password: string) => password.normalize('NFKC')

export function createPasswords(): Passwords {
  const inTurn = bounded(availableParallelism(), mostWaiting)
  const nobodys = hash(randomBytes(16).toString('hex'), parameters)
  return {
    hash: (password, salt) => inTurn(() => hash(normalised(password), { ...parameters, salt })),
    verify: (password, passwordHash) =>
      inTurn(async () => {
        const matches = await verify(passwordHash ?? (await nobodys), normalised(password))
        return matches && passwordHash !== undefined
      }),
  }
}
