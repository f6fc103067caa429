// Does the model test's actions to a server and to the model, and holds the one against the other.
import { randomUUID } from 'node:crypto'
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  type RecordedEvent,
  START,
} from '@eventstore/db-client'
import { expect } from 'vitest'
import {
  type Entry,
  type Expected,
  type Found,
  Model,
  metastreamOf,
  type Outcome,
} from './model.ts'
import { type Action, IDS, STREAMS } from './model-actions.ts'
import { Follower, inWords, wordsOf } from './model-follower.ts'

const MANY = 1000

/** One run: streams of its own on a server where nobody else writes. */
export class Session {
  readonly #model = new Model()
  readonly #streams: string[]
  readonly #ids = Array.from({ length: IDS }, () => randomUUID())
  readonly #positions = new Map<Entry, bigint>()
  #clients: readonly EventStoreDBClient[]
  #begin = 0n
  #followers: Follower[] = []
  #told = 0

  private constructor(clients: readonly EventStoreDBClient[]) {
    const run = randomUUID()
    this.#clients = clients
    this.#streams = Array.from({ length: STREAMS }, (_, i) => `s${i}-${run}`)
  }

  static async begin(clients: readonly EventStoreDBClient[]): Promise<Session> {
    const session = new Session(clients)
    session.#begin = await lastPosition(clients[0] as EventStoreDBClient)
    return session
  }

  /** Goes on with other clients; those who followed are gone. */
  reconnect(clients: readonly EventStoreDBClient[]): void {
    this.#clients = clients
    this.#followers = []
  }

  async perform(action: Action): Promise<void> {
    const stream = this.#streams[action.stream] as string
    await this.#do(
      action,
      stream,
      this.#clients[action.client] as EventStoreDBClient,
      action.client,
    )
    this.#tell()
  }

  /** Everything once more, and what those who follow have seen. */
  async finish(): Promise<void> {
    const [client] = this.#clients as [EventStoreDBClient]
    for (const stream of this.#streams) {
      await this.#append(client, stream, 'any', [randomUUID()])
      this.#tell()
    }
    const both = this.#streams.flatMap(stream =>
      this.#model.isTombstoned(stream) ? [stream] : [stream, metastreamOf(stream)],
    )
    await Promise.all([
      ...both.map(stream => this.#read(client, stream, 0, MANY, false)),
      ...both.map(stream => this.#read(client, stream, MANY, MANY, true)),
      this.#readAll(client, MANY, false),
      this.#readAll(client, this.#model.log.length, true),
    ])
    await Promise.all(
      this.#followers.map(async follower => {
        expect(await follower.seen()).toEqual(follower.expected)
        await follower.close()
      }),
    )
  }

  /** Tells those who follow what has been written since. */
  #tell(): void {
    const { log } = this.#model
    for (; this.#told < log.length; this.#told++) {
      for (const follower of this.#followers) follower.write(log[this.#told] as Entry)
    }
  }

  async #do(action: Action, stream: string, client: EventStoreDBClient, nth: number) {
    const model = this.#model
    switch (action.do) {
      case 'append': {
        const ids = action.ids.map(i => this.#ids[i] as string)
        return this.#append(client, stream, this.#expected(stream, action.expected), ids, nth > 0)
      }
      case 'delete': {
        const expected = this.#expected(stream, action.expected)
        const deleted = client.deleteStream(stream, { expectedRevision: revision(expected) })
        return same(deleted, model.delete(stream, expected))
      }
      case 'tombstone': {
        const expected = this.#expected(stream, action.expected)
        const ended = client.tombstoneStream(stream, { expectedRevision: revision(expected) })
        return same(ended, model.tombstone(stream, expected))
      }
      case 'metadata': {
        const written = client.setStreamMetadata(stream, { ...action.limits })
        return same(written, model.setMetadata(stream, action.limits))
      }
      case 'read':
        return this.#read(client, stream, action.from, action.count, action.backwards)
      case 'readAll':
        return this.#readAll(client, action.count, action.backwards)
      case 'race':
        return this.#race(stream)
      case 'follow':
        return this.#follow(client, stream, action.from)
      case 'followAll': {
        const fromPosition = { commit: this.#begin, prepare: this.#begin }
        const subscription = client.subscribeToAll({ fromPosition })
        this.#followers.push(await Follower.open(subscription, 'all', model.log))
        return
      }
    }
  }

  #expected<T extends Expected>(stream: string, expected: T | 'head'): T | number | 'no_stream' {
    if (expected !== 'head') return expected
    const head = this.#model.head(stream)
    return head < 0 ? 'no_stream' : head
  }

  async #append(
    client: EventStoreDBClient,
    stream: string,
    expected: Expected,
    ids: readonly string[],
    alone = false,
  ): Promise<void> {
    const events = ids.map(id => jsonEvent({ id, type: 'tested', data: {} }))
    const outcome = this.#model.append(stream, expected, ids)
    const seen = await seenOf(
      client.appendToStream(stream, events, {
        expectedRevision: revision(expected),
        ...(alone ? ALONE : {}),
      }),
    )
    if (typeof seen === 'string' || outcome.kind === 'wrong' || outcome.kind === 'deleted') {
      expect(seen).toEqual(kindOf(outcome))
      return
    }
    expect(Number(seen.nextExpectedRevision)).toBe(outcome.revision)
    this.#checkPosition(
      outcome,
      this.#model.events(stream)[outcome.revision] as Entry,
      seen.position?.commit,
    )
  }

  #checkPosition(outcome: Appended, last: Entry, position: bigint | undefined): void {
    if (outcome.kind === 'written' && position !== undefined) this.#positions.set(last, position)
    const hidden = outcome.kind === 'again' && outcome.entry === undefined
    expect(position === undefined).toBe(hidden)
    if (hidden || !this.#positions.has(last)) return
    expect(position).toBe(this.#positions.get(last))
  }

  /** Of many who expect the same, one writes. */
  async #race(stream: string): Promise<void> {
    const expected = this.#expected(stream, 'head')
    const rivals = this.#clients.map(client => ({ client, id: randomUUID() }))
    const outcomes = await Promise.all(
      rivals.map(async ({ client, id }) => {
        const event = jsonEvent({ id, type: 'tested', data: {} })
        const expectedRevision = revision(expected)
        const seen = await seenOf(client.appendToStream(stream, event, { expectedRevision }))
        return { id, seen, won: typeof seen !== 'string' }
      }),
    )
    for (const { id, seen, won } of outcomes.sort((a, b) => Number(b.won) - Number(a.won))) {
      const kind = kindOf(this.#model.append(stream, expected, [id]))
      expect(won ? 'done' : seen).toBe(kind)
    }
  }

  async #read(
    client: EventStoreDBClient,
    stream: string,
    from: number,
    count: number,
    backwards: boolean,
  ): Promise<void> {
    const seen = await foundBy(
      client.readStream(stream, {
        fromRevision: BigInt(from),
        maxCount: count,
        direction: backwards ? BACKWARDS : FORWARDS,
      }),
    )
    const found: Found = this.#model.read(stream, from, count, backwards)
    expect(seen).toEqual(typeof found === 'string' ? found : found.map(wordsOf))
  }

  async #readAll(client: EventStoreDBClient, count: number, backwards: boolean): Promise<void> {
    const { log } = this.#model
    const commit = this.#begin
    const seen = await foundBy(
      backwards
        ? client.readAll({
            direction: BACKWARDS,
            fromPosition: END,
            maxCount: Math.min(count, log.length) || 1,
          })
        : client.readAll({ fromPosition: { commit, prepare: commit }, maxCount: count + 1 }),
    )
    // The first that is read forwards is the last before the run; a run that wrote nothing reads that alone.
    const begin = backwards ? 0 : 1
    if (log.length === 0) return
    const expected = backwards ? log.slice(-count).reverse() : log.slice(0, count)
    expect((seen as string[]).slice(begin)).toEqual(expected.map(wordsOf))
  }

  async #follow(client: EventStoreDBClient, stream: string, from: number | 'start' | 'end') {
    const head = this.#model.head(stream)
    const after = from === 'start' ? -1 : from === 'end' ? head : from
    const found = this.#model.read(stream, after + 1, MANY, false)
    const fromRevision = from === 'start' ? START : from === 'end' ? END : BigInt(from)
    const subscription = client.subscribeToStream(stream, { fromRevision })
    const history = typeof found === 'string' ? [] : found
    this.#followers.push(await Follower.open(subscription, { stream, after }, history))
  }
}

type Appended = Extract<Outcome, { readonly revision: number }>
/** With credentials, the client sends an append alone, not in a batch. */
const ALONE = { credentials: { username: 'admin', password: 'changeit' } }

const revision = <T>(expected: T | number): T | bigint =>
  typeof expected === 'number' ? BigInt(expected) : expected

/** What an outcome looks like from afar. */
const kindOf = (outcome: Outcome): string =>
  outcome.kind === 'wrong'
    ? `wrong ${outcome.actual}`
    : outcome.kind === 'deleted'
      ? 'deleted'
      : 'done'

function refusalOf(error: unknown): string {
  const { name } = (error as Error).constructor
  if (name === 'StreamDeletedError') return 'deleted'
  if (name === 'StreamNotFoundError') return 'not-found'
  if (name !== 'WrongExpectedVersionError') throw error
  const { actualVersion } = error as { readonly actualVersion?: unknown }
  return `wrong ${typeof actualVersion === 'bigint' ? actualVersion : -1}`
}

/** What a write was answered, or why it was refused. */
async function seenOf<T>(write: Promise<T>): Promise<T | string> {
  try {
    return await write
  } catch (error) {
    return refusalOf(error)
  }
}

async function same(write: Promise<unknown>, outcome: Outcome): Promise<void> {
  const seen = await seenOf(write)
  expect(typeof seen === 'string' ? seen : 'done').toBe(kindOf(outcome))
}

/** What a read found, in words. */
async function foundBy(
  read: AsyncIterable<{ readonly event?: RecordedEvent | undefined }>,
): Promise<string[] | string> {
  const found: string[] = []
  try {
    for await (const { event } of read) found.push(event ? inWords(event) : 'nothing')
  } catch (error) {
    return refusalOf(error)
  }
  return found
}

async function lastPosition(client: EventStoreDBClient): Promise<bigint> {
  let last = 0n
  const read = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })
  // Read to its end: a client waits for ever for a read that was broken off when it is disposed of.
  for await (const { event } of read) last = event?.position.commit ?? last
  return last
}
