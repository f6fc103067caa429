// Peers that vanish without a word, as when a cable is pulled: nothing comes from them any more, and nothing reaches them.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { read } from '../rpc/streams-read.ts'
import { Log } from '../storage/log.ts'
import { Store } from '../store.ts'
import { GrpcServer } from '../transport/grpc-server.ts'
import { type Listener, listen } from '../transport/listener.ts'
import { eventually } from './group-consumer.ts'
import { hungUp } from './hung-up.ts'
import { RawClient, type RawSubscription } from './raw-client.ts'

const READ = '/event_store.client.streams.Streams/Read'
const PING_MS = 50
const NOBODY = { streams: 0, all: 0 }

let dir: string
let store: Store
let listener: Listener
let wire: Wire
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-vanished-'))
  store = new Store(Log.open({ dir, durable: false, now: Date.now }))
  const grpc = new GrpcServer(new Map([[READ, read(store)]]), undefined, { pingMs: PING_MS })
  listener = await listen(grpc, (_, response) => response.end(), { host: '127.0.0.1', port: 0 })
  wire = await Wire.to(listener.port)
})
afterEach(async () => {
  wire.cut()
  await listener.close(0)
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

/** What lies between a client and the server, and can go dead. */
class Wire {
  readonly #server: Server
  readonly #ends: Socket[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer(near => {
      const far = dial(port, '127.0.0.1')
      for (const end of [near, far]) end.on('error', () => {})
      made.#ends.push(near, far)
      near.pipe(far)
      far.pipe(near)
    })
    const made = new Wire(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return made
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Nothing goes through any more, and neither end is told. */
  goDead(): void {
    for (const end of this.#ends) end.unpipe().pause()
  }

  /** Resolves when the server has hung up; what it had sent before is thrown away. */
  async serverHungUp(): Promise<void> {
    const far = this.#ends[1] as Socket
    const closed = hungUp(far)
    far.resume()
    await closed
  }

  cut(): void {
    for (const end of this.#ends) end.destroy()
    this.#server.close()
  }
}

/** Subscribes to a stream, and resolves as soon as it has been told enough. */
const subscribed = (client: RawClient, stream: string, enough: (it: RawSubscription) => boolean) =>
  new Promise<RawSubscription>(resolve => {
    const subscription = client.subscribe({ stream }, () => {
      if (enough(subscription)) resolve(subscription)
    })
  })

/** Writes events without asking the server, which is not what is tested here. */
const append = (stream: string, events: readonly Buffer[]) =>
  new Promise((resolve, reject) => {
    const proposed = events.map(data => ({
      id: Buffer.from(randomUUID()),
      type: Buffer.from('tested'),
      isJson: false,
      data,
      customMetadata: Buffer.alloc(0),
    }))
    store.write(writer => writer.append(stream, 'any', proposed), resolve, reject)
  })

test('one that was only listening is dropped, and its subscription with it', async () => {
  const client = new RawClient(wire.port)
  await subscribed(client, 'quiet', ({ caughtUp }) => caughtUp)
  expect(store.feed.followers).toEqual({ streams: 1, all: 0 })
  wire.goDead()
  await eventually(() => store.feed.followers).toEqual(NOBODY)
  await wire.serverHungUp()
})

test('one that was being sent more than the wire holds is dropped as well', async () => {
  await append(
    'long',
    Array.from({ length: 200 }, () => Buffer.alloc(100_000)),
  )
  const client = new RawClient(wire.port)
  const subscription = await subscribed(client, 'long', ({ events }) => {
    // At once: a moment later all would have come through.
    if (events > 0) wire.goDead()
    return events > 0
  })
  await eventually(() => store.feed.followers).toEqual(NOBODY)
  await wire.serverHungUp()
  expect(subscription.caughtUp).toBe(false)
})

test('one that answers is kept, however long it has nothing to say', async () => {
  const client = new RawClient(wire.port)
  const subscription = await subscribed(client, 'quiet', ({ caughtUp }) => caughtUp)
  for (let i = 0; i < 10; i++) await once(client.session, 'ping')
  await append('quiet', [Buffer.from('at last')])
  await eventually(() => subscription.events).toBe(1)
  await client.close()
})
