// Fills a log with the facts that people and a market would have left there, quickly and always the same for one seed.
import { createHash } from 'node:crypto'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  postStream,
  ratesStream,
  sessionStream,
  userStream,
} from '@cryptotalks/shared-kernel/events/streams'
import { UserRegistered } from '@cryptotalks/shared-kernel/events/users'
import { encodeFact } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import { derivedId, eventIdOf } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import type { EventMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import { postText } from '../load/posts.ts'
import { seededRandom } from '../random.ts'

interface Fact {
  readonly streamName: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly at: Date
}

const begin = Date.UTC(2026, 0, 1)
const coins = 100

// Of 1,000 events 20 are new people, 150 sign-ins, 2 market samples of 100 coins, and the others posts.
const peoplePerThousand = 20
const signInsPerThousand = 150
const samplesPerThousand = 2

function registered(number: number, seed: number, at: Date): Fact {
  const userId = derivedId('bench-user', String(seed), String(number))
  const username = `person${number}`
  const terms = { version: '2026-01', acceptedAt: at.toISOString() }
  const passwordHash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
  return {
    streamName: userStream(userId),
    type: 'UserRegistered',
    data: { userId, username, email: `${username}@example.org`, passwordHash, terms },
    at,
  }
}

function signedIn(number: number, seed: number, userId: string, at: Date): Fact {
  const sessionId = createHash('sha256').update(`${seed}/${number}`).digest('hex')
  const expiresAt = new Date(at.getTime() + 30 * 86_400_000).toISOString()
  return {
    streamName: sessionStream(sessionId),
    type: 'SignedIn',
    data: { sessionId, userId, expiresAt },
    at,
  }
}

function published(number: number, seed: number, authorId: string, at: Date): Fact {
  const postId = derivedId('bench-post', String(seed), String(number))
  const text = postText(number, seed)
  const slug = `${text.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${number}`
  return {
    streamName: postStream(postId),
    type: 'PostPublished',
    data: { postId, authorId, slug, ...text },
    at,
  }
}

function sampled(random: () => number, at: Date): Fact {
  const quotes = Array.from({ length: coins }, (_, index) => ({
    coinId: `coin-${index}`,
    symbol: `C${index}`,
    name: `Coin ${index}`,
    rank: index + 1,
    price: 1 + random() * 1_000,
    change24h: random() * 10 - 5,
    change7d: random() * 20 - 10,
    marketCap: 1e9 * (coins - index),
    volume24h: 1e7 * random(),
  }))
  const sampledAt = at.toISOString()
  return {
    streamName: ratesStream('simulated', at),
    type: 'MarketSampleRecorded',
    data: { source: 'simulated', sampledAt, quotes },
    at,
  }
}

/** The facts in the order in which they happen; each person's first one comes before anything they do. */
function* facts(count: number, seed: number): Generator<Fact> {
  const random = seededRandom(seed)
  const people: string[] = []
  for (let number = 0; number < count; number++) {
    const at = new Date(begin + number * 10_000)
    const lot = random() * 1_000
    const someone = people[Math.floor(random() * people.length)]
    if (someone === undefined || lot < peoplePerThousand) {
      const fact = registered(number, seed, at)
      people.push(String(fact.data.userId))
      yield fact
    } else if (lot < peoplePerThousand + signInsPerThousand)
      yield signedIn(number, seed, someone, at)
    else if (lot < peoplePerThousand + signInsPerThousand + samplesPerThousand)
      yield sampled(random, at)
    else yield published(number, seed, someone, at)
  }
}

function metadataOf({ type, at }: Fact, commandId: string, schemaVersion: number): EventMetadata {
  return {
    $correlationId: commandId,
    $causationId: commandId,
    actor: { kind: 'system', name: `bench ${type}` },
    commandId,
    occurredAt: at.toISOString(),
    schemaVersion,
  }
}

const inFlight = 500

/** Appends `count` facts and gives the log's end. What it costs is no part of any measurement. */
export async function fillLog(
  store: EventStore,
  keyring: Keyring,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<bigint> {
  // Samples share a stream: their revisions are counted here, since nobody else writes.
  const revisions = new Map<string, number>()
  let number = 0
  const append = async (fact: Fact) => {
    const commandId = derivedId('bench-command', String(seed), String(number++))
    const revision = revisions.get(fact.streamName)
    revisions.set(fact.streamName, (revision ?? -1) + 1)
    const stored = await encodeFact(registry, keyring, fact)
    const metadata = metadataOf(fact, commandId, stored.schemaVersion)
    const id = eventIdOf({ commandId }, fact.streamName, 0)
    return () =>
      store.append(fact.streamName, revision ?? 'no_stream', [{ ...stored, id, metadata }])
  }
  let wave: Promise<() => ReturnType<EventStore['append']>>[] = []
  const flush = async () => {
    const appends = await Promise.all(wave)
    wave = []
    const results = await Promise.all(appends.map(send => send()))
    if (results.some(({ kind }) => kind === 'conflict'))
      throw new Error('The log to be filled was not empty')
  }
  for (const fact of facts(count, seed)) {
    // Before whatever that person does, which may be in the same wave.
    if (fact.type === UserRegistered.type) await keyring.create(String(fact.data.userId))
    wave.push(append(fact))
    if (wave.length === inFlight) await flush()
  }
  await flush()
  return store.end()
}
