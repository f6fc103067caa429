import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeEvents, encodeFact, type StoredEvent } from './codec.ts'
import { defineEvent } from './event-definition.ts'
import { createRegistry } from './event-registry.ts'
import { KeyMissing } from './keyring.ts'
import { createMemoryKeyring } from './keyring-in-memory.ts'
import { seal } from './sealing.ts'

const Joined = defineEvent({
  type: 'Joined',
  version: 1,
  schema: z.strictObject({ memberId: z.string(), name: z.string(), club: z.string() }),
  personal: { subject: 'memberId', fields: ['name'] },
})
const MovedV1 = defineEvent({
  type: 'Moved',
  version: 1,
  schema: z.strictObject({ to: z.string() }),
})
const Moved = defineEvent({
  type: 'Moved',
  version: 3,
  schema: z.strictObject({ city: z.string(), country: z.string() }),
  upcasts: {
    1: ({ to }) => ({ city: to }),
    2: data => ({ ...data, country: 'unknown' }),
  },
})
const metadata = {
  $correlationId: 'c',
  $causationId: 'r',
  actor: { kind: 'guest' },
  commandId: 'k',
  occurredAt: '2026-01-01T00:00:00.000Z',
}

async function stored(
  registry: ReturnType<typeof createRegistry>,
  keyring: ReturnType<typeof createMemoryKeyring>,
  fact: { type: string; data: Record<string, unknown> },
): Promise<StoredEvent> {
  if (fact.data.memberId !== undefined) await keyring.create(String(fact.data.memberId))
  const { type, data, schemaVersion } = await encodeFact(registry, keyring, fact)
  const onDisk = JSON.parse(JSON.stringify(data)) as unknown
  return {
    id: 'e',
    streamName: 's-1',
    revision: 0,
    position: 1n,
    recordedAt: new Date(0),
    type,
    data: onDisk,
    metadata: { ...metadata, schemaVersion },
  }
}

describe('the codec', () => {
  const registry = createRegistry([Joined, Moved])
  const fact = { type: 'Joined', data: { memberId: 'm-1', name: 'Ada Lovelace', club: 'chess' } }

  it('keeps personal fields out of what is stored and gives them back when it reads', async () => {
    const keyring = createMemoryKeyring()
    const event = await stored(registry, keyring, fact)
    // With its blank, which the random letters of a sealed field don't have.
    expect(JSON.stringify(event.data)).not.toContain('Ada Lovelace')
    expect(JSON.stringify(event.data)).toContain('chess')
    const [decoded] = await decodeEvents(registry, keyring, [event])
    expect(decoded).toMatchObject({ kind: 'event', event: { data: fact.data } })
  })

  it('reads personal fields as null, and all others as before, once the key is destroyed', async () => {
    const keyring = createMemoryKeyring()
    const event = await stored(registry, keyring, fact)
    await keyring.destroy('m-1')
    const [decoded] = await decodeEvents(registry, keyring, [event])
    expect(decoded).toMatchObject({
      kind: 'event',
      event: { data: { memberId: 'm-1', name: null, club: 'chess' } },
    })
  })

  it('takes nobody for forgotten whose key is missing, and makes no second one for them', async () => {
    const keyring = createMemoryKeyring()
    const event = await stored(registry, keyring, fact)
    keyring.lose('m-1')
    expect(await decodeEvents(registry, keyring, [event])).toEqual([
      { kind: 'key-missing', stored: event, subject: 'm-1' },
    ])
    await expect(encodeFact(registry, keyring, fact)).rejects.toThrow(KeyMissing)
  })

  it('brings an old version up step by step', async () => {
    const keyring = createMemoryKeyring()
    const old = await stored(createRegistry([MovedV1]), keyring, {
      type: 'Moved',
      data: { to: 'Turin' },
    })
    const [decoded] = await decodeEvents(registry, keyring, [old])
    expect(decoded).toMatchObject({
      kind: 'event',
      event: { data: { city: 'Turin', country: 'unknown' } },
    })
  })

  it('says so when it does not know a type, a version, or can not open a box, instead of failing', async () => {
    const keyring = createMemoryKeyring()
    const event = await stored(registry, keyring, fact)
    const sealed = (event.data as { $sealed: { box: string } }).$sealed
    const decoded = await decodeEvents(registry, keyring, [
      { ...event, type: 'NeverHeardOf' },
      { ...event, metadata: { ...metadata, schemaVersion: 2 } },
      { ...event, metadata: 'nonsense' },
      { ...event, data: { memberId: 'm-1', club: 'chess', $sealed: { ...sealed, box: 'AAAA' } } },
    ])
    expect(decoded.map(one => one.kind)).toEqual([
      'unknown',
      'unreadable',
      'unreadable',
      'unreadable',
    ])
  })

  it('never quotes what was sealed when that turns out to be unreadable', async () => {
    const keyring = createMemoryKeyring()
    const event = await stored(registry, keyring, fact)
    const key = await keyring.require('m-1')
    const box = seal(key, Buffer.from('Ada Lovelace, in no JSON'), 'm-1/Joined')
    const $sealed = { subject: 'm-1', fields: ['name'], box }
    const [decoded] = await decodeEvents(registry, keyring, [
      { ...event, data: { memberId: 'm-1', club: 'chess', $sealed } },
    ])
    expect(decoded).toMatchObject({
      kind: 'unreadable',
      reason: 'its sealed part does not hold JSON',
    })
  })

  it('refuses to write what breaks the schema or is not registered: a mistake of the program', async () => {
    const keyring = createMemoryKeyring()
    await expect(
      encodeFact(registry, keyring, { type: 'Joined', data: { memberId: 'm' } }),
    ).rejects.toThrow()
    await expect(encodeFact(registry, keyring, { type: 'Left', data: {} })).rejects.toThrow(
      'not a registered event',
    )
  })

  it('refuses a definition with a gap in its versions and two definitions of one name', () => {
    expect(() => defineEvent({ ...MovedV1, version: 2 })).toThrow('no upcast from version 1')
    expect(() => createRegistry([MovedV1, Moved])).toThrow('share a name')
  })
})
