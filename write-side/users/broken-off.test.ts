import { randomBytes, randomUUID } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createMemoryKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-memory'
import { OutcomeUnknown } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMakeMetadata } from '../commands/command-metadata.ts'
import { createReservations } from '../reservations/reservations.ts'
import { createSecrets } from '../secrets.ts'
import { dyingStore } from '../testing/dying-store.ts'
import { createPasswords } from './passwords.ts'
import { createRegistration } from './registration.ts'

const secrets = createSecrets(randomBytes(32))
const keyring = createMemoryKeyring()
const passwords = createPasswords()
const limits = { take: async () => ({ allowed: true }) as const }
const minutes = 60_000

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

/** The flow of a process that has this store. */
function registrationOver(on: EventStore) {
  const kernel = { store: on, registry, keyring }
  const reservations = createReservations(kernel, secrets)
  return createRegistration({ kernel, reservations, passwords, limits, secrets })
}

interface Sign {
  readonly username: string
  readonly email?: string
  readonly key?: string
  readonly minutesLater?: number
}

/** Registers somebody, as the route would. */
function signUp(on: EventStore, { username, email, key, minutesLater = 0 }: Sign) {
  const at = new Date(Date.parse('2026-03-01T12:00:00.000Z') + minutesLater * minutes)
  const input = { username, email: email ?? `${username}@example.org` }
  const asked = { idempotencyKey: key ?? randomUUID(), correlationId: 'test' }
  const make = createMakeMetadata(secrets, { now: () => at, randomId: randomUUID })
  return registrationOver(on)(
    { ...input, password: 'correct horse battery', address: '192.0.2.1' },
    make('RegisterUser', asked, input),
  )
}
const fresh = () => `b${randomUUID().slice(0, 8)}`
const taken = (code: string) => ({ kind: 'refused', refusal: { refused: code } })

describe('a registration that is broken off', () => {
  const places = [0, 1, 2].flatMap(appends =>
    (['before', 'after'] as const).map(dies => ({ appends, dies })),
  )
  it.concurrent.each(places)(
    'is finished by the same command: $appends appends, then killed $dies the next',
    async ({ appends, dies }) => {
      const who = { username: fresh(), key: randomUUID() }
      await expect(signUp(dyingStore(store, appends, dies), who)).rejects.toThrow(OutcomeUnknown)
      const finished = await signUp(store, who)
      expect(finished).toMatchObject({ kind: 'accepted', revision: 0 })
      expect(await signUp(store, who)).toMatchObject({
        ...finished,
        events: expect.anything(),
        repeated: true,
      })
      expect(await signUp(store, { username: who.username })).toEqual(taken('username-taken'))
    },
  )

  it('keeps its names for ten minutes, and then from nobody', async () => {
    const who = { username: fresh(), key: randomUUID() }
    await expect(signUp(dyingStore(store, 2, 'before'), who)).rejects.toThrow(OutcomeUnknown)
    const another = { username: who.username, email: `${fresh()}@example.org` }
    expect(await signUp(store, { ...another, minutesLater: 9 })).toEqual(taken('username-taken'))
    const later = await signUp(store, { ...another, minutesLater: 11 })
    expect(later).toMatchObject({ kind: 'accepted' })
    // Whoever then comes back to it finds it gone, and has not got half of it.
    expect(await signUp(store, { ...who, minutesLater: 12 })).toEqual(taken('registration-lapsed'))
    const address = { username: fresh(), email: `${who.username}@example.org`, minutesLater: 13 }
    expect(await signUp(store, address)).toMatchObject({ kind: 'accepted' })
  })

  it('and wakes up after its names were given to others finds itself refused', async () => {
    const who = { username: fresh(), key: randomUUID() }
    let wakeUp = () => {}
    const asleep = new Promise<void>(resolve => {
      wakeUp = resolve
    })
    let sleeps = () => {}
    const fellAsleep = new Promise<void>(resolve => {
      sleeps = resolve
    })
    const sleepy: EventStore = {
      ...store,
      append: async (stream, ...rest) => {
        if (stream.startsWith('user-')) {
          sleeps()
          await asleep
        }
        return store.append(stream, ...rest)
      },
    }
    const sleeping = signUp(sleepy, who)
    await fellAsleep
    const another = { username: who.username, email: `${fresh()}@example.org`, minutesLater: 11 }
    const won = await signUp(store, another)
    expect(won).toMatchObject({ kind: 'accepted' })
    wakeUp()
    expect(await sleeping).toEqual(taken('registration-lapsed'))
    // The one who won keeps the name, and the address that the sleeper had reserved is free.
    expect(await signUp(store, { username: who.username })).toEqual(taken('username-taken'))
    expect(
      await signUp(store, { username: fresh(), email: `${who.username}@example.org` }),
    ).toMatchObject({ kind: 'accepted' })
  })

  it('while it gave up its names is refused the same way again, and then locks none of them', async () => {
    const rival = fresh()
    const who = { username: fresh(), email: `${rival}@example.org`, key: randomUUID() }
    // It reserves its user name, then loses the address to one who comes in between.
    let between = true
    const raced: EventStore = {
      ...store,
      append: async (stream, ...rest) => {
        if (stream.startsWith('email-') && between) {
          between = false
          await signUp(store, { username: rival })
        }
        return store.append(stream, ...rest)
      },
    }
    // Killed once it has written that it is refused, before it gives the name back.
    await expect(signUp(dyingStore(raced, 2, 'after'), who)).rejects.toThrow(OutcomeUnknown)
    expect(await signUp(store, who)).toEqual(taken('email-taken'))
    expect(await signUp(store, { username: who.username })).toMatchObject({ kind: 'accepted' })
    const before = await store.end()
    expect(await signUp(store, who)).toEqual(taken('email-taken'))
    expect(await store.end()).toBe(before)
  })
})
