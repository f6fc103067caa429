import { randomBytes, randomUUID } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createMemoryKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMakeMetadata } from '../commands/command-metadata.ts'
import { createMemoryCounts } from '../limits/counts-in-memory.ts'
import type { Limits } from '../limits/limits.ts'
import { createReservations } from '../reservations/reservations.ts'
import { createSecrets } from '../secrets.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createRegistration } from './registration.ts'
import { createSessions } from './sessions.ts'
import { createSigningIn } from './signing-in.ts'

const secrets = createSecrets(randomBytes(32))
const keyring = createMemoryKeyring()
const passwords = createPasswords()
const right = 'correct horse battery'

let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
beforeAll(async () => {
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
})
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

/** Two tries of anything. */
function twoTries(): Limits {
  const counts = createMemoryCounts(100)
  return {
    take: async (name, key) => {
      const wait = counts.take(`${name}:${key}`, { most: 2, seconds: 60 })
      return wait === 0
        ? { allowed: true }
        : { allowed: false, retryAfterSeconds: Math.ceil(wait / 1_000) }
    },
    giveBack: async (name, key) => counts.giveBack(`${name}:${key}`),
    forget: async (name, key) => counts.forget(`${name}:${key}`),
  }
}

const make = createMakeMetadata(secrets)
const asked = () => ({ idempotencyKey: randomUUID(), correlationId: 'test' })

async function somebody(): Promise<string> {
  const username = `i${randomUUID().slice(0, 8)}`
  const kernel = { store, registry, keyring }
  const reservations = createReservations(kernel, secrets)
  const limits = twoTries()
  const register = createRegistration({ kernel, reservations, passwords, limits, secrets })
  const input = { username, email: `${username}@example.org` }
  await register(
    { ...input, password: right, address: '192.0.2.1' },
    make('RegisterUser', asked(), input),
  )
  return username
}

/** Signs in over and over, in the end as it should be, with parts that may fail in between. */
function signingIn(parts: { readonly store?: EventStore; readonly passwords?: Passwords }) {
  const kernel = { store: parts.store ?? store, registry, keyring }
  const reservations = createReservations(kernel, secrets)
  const needs = { kernel, reservations, limits: twoTries(), secrets }
  const sessions = createSessions(kernel)
  const signIn = createSigningIn({ ...needs, sessions, passwords: parts.passwords ?? passwords })
  return (login: string, password: string) =>
    signIn({ login, password, address: '192.0.2.1' }, make('SignIn', asked(), { login }))
}

describe('a try to sign in counts against nobody', () => {
  it('while the house is full', async () => {
    let full = true
    const verify: Passwords['verify'] = async (...args) =>
      full ? undefined : passwords.verify(...args)
    const signIn = signingIn({ passwords: { ...passwords, verify } })
    const login = await somebody()
    for (let n = 0; n < 5; n++)
      expect(await signIn(login, right)).toMatchObject({ refusal: { refused: 'busy' } })
    full = false
    expect(await signIn(login, right)).toMatchObject({ kind: 'accepted' })
  })

  it('while the event store is away', async () => {
    let away = true
    const flaky: EventStore = {
      ...store,
      read: (...args) => (away ? Promise.reject(new Error('away')) : store.read(...args)),
    }
    const signIn = signingIn({ store: flaky })
    const login = await somebody()
    for (let n = 0; n < 3; n++) await expect(signIn(login, right)).rejects.toThrow()
    away = false
    expect(await signIn(login, right)).toMatchObject({ kind: 'accepted' })
  })

  it('that went well, before or after wrong ones', async () => {
    const signIn = signingIn({})
    const login = await somebody()
    for (let n = 0; n < 3; n++) expect((await signIn(login, right)).kind).toBe('accepted')
    expect((await signIn(login, 'wrong')).kind).toBe('refused')
    expect((await signIn(login, right)).kind).toBe('accepted')
    expect(await signIn(login, 'wrong')).toMatchObject({
      refusal: { refused: 'wrong-credentials' },
    })
    expect(await signIn(login, right)).toMatchObject({
      refusal: { refused: 'too-many-attempts' },
    })
  })
})
