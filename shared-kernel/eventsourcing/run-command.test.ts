import { randomUUID } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Decision, type Evolution, isRefusal, type Refusal } from './decider.ts'
import { defineEvent, type FactOf, type ReadFactOf } from './event-definition.ts'
import { createRegistry } from './event-registry.ts'
import { connectEventStore, type EventStore } from './event-store.ts'
import { createMemoryKeyring } from './keyring-in-memory.ts'
import type { CommandMetadata } from './metadata.ts'
import { type Kernel, OutcomeUnknown, runCommand, UnreadableStream } from './run-command.ts'

const Deposited = defineEvent({
  type: 'Deposited',
  version: 1,
  schema: z.strictObject({ owner: z.string(), amount: z.number(), note: z.string() }),
  personal: { subject: 'owner', fields: ['note'] },
})
type Fact = FactOf<typeof Deposited>
type Full = Refusal<'full'> & { readonly room: number }

const balance: Evolution<number, ReadFactOf<typeof Deposited>> = {
  initial: 0,
  evolve: (sum, { data }) => sum + data.amount,
}
const most = 100
const deposit =
  (amount: number, note = 'the rent') =>
  (sum: number): Decision<Fact, Full> => {
    if (amount === 0) return []
    if (sum + amount > most) return { refused: 'full', room: most - sum }
    return [{ type: 'Deposited', data: { owner: 'o-1', amount, note } }]
  }

const command = (commandId: string = randomUUID(), commandFingerprint = 'f'): CommandMetadata => ({
  commandId,
  commandFingerprint,
  correlationId: 'correlation',
  causationId: 'request',
  actor: { kind: 'user', id: 'o-1' },
  at: new Date('2026-03-01T12:00:00.000Z'),
})

let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
let kernel: Kernel

beforeAll(async () => {
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
  const keyring = createMemoryKeyring()
  await keyring.create('o-1')
  kernel = { store, registry: createRegistry([Deposited]), keyring }
})
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

const run = (
  streamName: string,
  decide: ReturnType<typeof deposit>,
  metadata = command(),
  on = kernel,
) => runCommand(on, { streamName, evolution: balance, decide, metadata })
const amounts = async (streamName: string) =>
  (await store.read(streamName)).map(event => (event.data as { amount: number }).amount)

describe('a command', () => {
  it('appends its facts with who, why and when, and answers with where they stand', async () => {
    const stream = `account-${randomUUID()}`
    const metadata = command()
    const outcome = await run(stream, deposit(40), metadata)
    const [event] = await store.read(stream)
    expect(outcome).toMatchObject({
      kind: 'accepted',
      revision: 0,
      position: event?.position,
      repeated: false,
    })
    expect(event?.metadata).toEqual({
      $correlationId: 'correlation',
      $causationId: 'request',
      actor: { kind: 'user', id: 'o-1' },
      commandId: metadata.commandId,
      commandFingerprint: 'f',
      occurredAt: '2026-03-01T12:00:00.000Z',
      schemaVersion: 1,
    })
    expect(JSON.stringify(event?.data)).not.toContain('the rent')
  })

  it('is refused by the state that earlier ones led to, and then appends nothing', async () => {
    const stream = `account-${randomUUID()}`
    await run(stream, deposit(80))
    expect(await run(stream, deposit(30))).toEqual({
      kind: 'refused',
      refusal: { refused: 'full', room: 20 },
    })
    expect(await amounts(stream)).toEqual([80])
  })

  it('that finds everything done answers with the position a reader needs', async () => {
    const stream = `account-${randomUUID()}`
    const first = await run(stream, deposit(10))
    const nothing = await run(stream, deposit(0))
    expect(nothing).toMatchObject({ kind: 'accepted', events: [], revision: 0 })
    expect(
      nothing.kind === 'accepted' &&
        first.kind === 'accepted' &&
        nothing.position === first.position,
    ).toBe(true)
  })

  it('repeated later has no second effect and gets the first answer, whatever came in between', async () => {
    const stream = `account-${randomUUID()}`
    const metadata = command()
    const first = await run(stream, deposit(60), metadata)
    await run(stream, deposit(40))
    const again = await run(stream, deposit(60), metadata)
    expect(again).toMatchObject({ kind: 'accepted', repeated: true })
    if (first.kind !== 'accepted' || again.kind !== 'accepted') return expect.unreachable()
    expect([again.revision, again.position]).toEqual([first.revision, first.position])
    expect(await amounts(stream)).toEqual([60, 40])
  })

  it('under the key of another request is refused', async () => {
    const stream = `account-${randomUUID()}`
    const id = randomUUID()
    await run(stream, deposit(10), command(id, 'one body'))
    const other = await run(stream, deposit(20), command(id, 'another body'))
    expect(other).toEqual({ kind: 'refused', refusal: { refused: 'idempotency-key-reused' } })
    expect(await amounts(stream)).toEqual([10])
  })

  it('sent many times at once takes effect once and answers alike', async () => {
    const stream = `account-${randomUUID()}`
    const metadata = command()
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => run(stream, deposit(7), metadata)),
    )
    const positions = outcomes.map(outcome =>
      outcome.kind === 'accepted' ? outcome.position : undefined,
    )
    expect(new Set(positions).size).toBe(1)
    expect(await amounts(stream)).toEqual([7])
  })

  it('competing with others for one stream is decided again on what they left', async () => {
    const stream = `account-${randomUUID()}`
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => run(stream, deposit(30))))
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(3)
    expect(await amounts(stream)).toEqual([30, 30, 30])
  })

  it('whose append was written but whose answer was lost is not written twice', async () => {
    const stream = `account-${randomUUID()}`
    let losses = 2
    const lossy: EventStore = {
      ...store,
      append: async (...args) => {
        const appended = await store.append(...args)
        if (losses-- > 0) throw new Error('connection lost')
        return appended
      },
    }
    const outcome = await run(stream, deposit(5), command(), { ...kernel, store: lossy })
    expect(outcome).toMatchObject({ kind: 'accepted', revision: 0 })
    expect(await amounts(stream)).toEqual([5])
  })

  it('says that its outcome is unknown when the store stays away', async () => {
    const away: EventStore = { ...store, read: () => Promise.reject(new Error('unavailable')) }
    await expect(
      run(`account-${randomUUID()}`, deposit(5), command(), { ...kernel, store: away }),
    ).rejects.toThrow(OutcomeUnknown)
  })

  it('does not decide over an event that it can not read', async () => {
    const stream = `account-${randomUUID()}`
    await run(stream, deposit(5))
    const newer = createRegistry([
      defineEvent({ ...Deposited, version: 2, upcasts: { 1: data => data } }),
    ])
    await run(stream, deposit(5), command(), { ...kernel, registry: newer })
    await expect(run(stream, deposit(5))).rejects.toThrow(UnreadableStream)
  })

  it('that needs only the newest event reads only that one', async () => {
    const stream = `account-${randomUUID()}`
    await run(stream, deposit(50))
    await run(stream, deposit(20))
    let seen = -1
    await runCommand(kernel, {
      streamName: stream,
      evolution: balance,
      read: 'newest',
      metadata: command(),
      decide: sum => {
        seen = sum
        return deposit(1)(sum)
      },
    })
    expect(seen).toBe(20)
    expect(await amounts(stream)).toEqual([50, 20, 1])
  })
})

describe('a command that expects no stream', () => {
  const begin = (
    streamName: string,
    decide: ReturnType<typeof deposit>,
    metadata = command(),
    on = kernel,
  ) => runCommand(on, { streamName, evolution: balance, decide, metadata, expects: 'no_stream' })
  const unread: EventStore['read'] = () => Promise.reject(new Error('it was read'))

  it('is carried out without a read where there is none', async () => {
    const stream = `account-${randomUUID()}`
    const outcome = await begin(stream, deposit(5), command(), {
      ...kernel,
      store: { ...store, read: unread },
    })
    expect(outcome).toMatchObject({ kind: 'accepted', revision: 0 })
    expect(await amounts(stream)).toEqual([5])
  })

  it('is decided on what stands there where there is one', async () => {
    const stream = `account-${randomUUID()}`
    await run(stream, deposit(80))
    expect(await begin(stream, deposit(30))).toEqual({
      kind: 'refused',
      refusal: { refused: 'full', room: 20 },
    })
    expect(await begin(stream, deposit(20))).toMatchObject({ kind: 'accepted', revision: 1 })
    expect(await amounts(stream)).toEqual([80, 20])
  })

  it('repeated has one effect and one answer, also when the stream has grown since', async () => {
    const stream = `account-${randomUUID()}`
    const metadata = command()
    const first = await begin(stream, deposit(10), metadata)
    await run(stream, deposit(1))
    const again = await begin(stream, deposit(10), metadata)
    if (first.kind !== 'accepted' || again.kind !== 'accepted') return expect.unreachable()
    expect([again.revision, again.position]).toEqual([first.revision, first.position])
    expect(await amounts(stream)).toEqual([10, 1])
  })

  it('under the key of another request is refused', async () => {
    const stream = `account-${randomUUID()}`
    const id = randomUUID()
    await begin(stream, deposit(10), command(id, 'one body'))
    const other = await begin(stream, deposit(20), command(id, 'another body'))
    expect(other).toEqual({ kind: 'refused', refusal: { refused: 'idempotency-key-reused' } })
    expect(await amounts(stream)).toEqual([10])
  })

  it('that would be refused on nothing is refused by what stands there', async () => {
    const stream = `account-${randomUUID()}`
    await run(stream, deposit(70))
    expect(await begin(stream, deposit(200))).toEqual({
      kind: 'refused',
      refusal: { refused: 'full', room: 30 },
    })
  })
})

it('tells refusals from facts', () => {
  expect(isRefusal(deposit(200)(0))).toBe(true)
  expect(isRefusal(deposit(0)(0))).toBe(false)
})
