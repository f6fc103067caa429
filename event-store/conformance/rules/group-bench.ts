// Groups on a server of a test file: made, joined, and looked at for what they hold.
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { aStream } from '../harness.ts'
import { type Consumer, Groups } from './groups.ts'
import { readAll } from './reads.ts'
import { useWire, type WireBench } from './situations.ts'

/** What a group holds of events in which state. */
export interface Counts {
  readonly inFlight: number
  readonly outstanding: number
  readonly retrying: number
  readonly parked: string
}

export const parkedStream = (stream: string) => `$persistentsubscription-${stream}::g-parked`

export class GroupBench {
  readonly #bench: () => WireBench
  readonly #consumers: Consumer[] = []
  groups!: Groups

  constructor(bench: () => WireBench) {
    this.#bench = bench
  }

  get client() {
    return this.#bench().client
  }
  get writes() {
    return this.#bench().writes
  }

  start(): void {
    this.groups = new Groups(this.#bench().server.port)
  }

  hangUpAll(): void {
    for (const consumer of this.#consumers.splice(0)) consumer.cancel()
  }

  append(stream: string, count = 1) {
    return this.writes.append(
      stream,
      Array.from({ length: count }, () => ({})),
    )
  }

  /** A stream of so many events and a group of it from the start. */
  async groupOf(count: number, settings: Record<string, unknown> = {}): Promise<string> {
    const stream = aStream()
    if (count > 0) await this.append(stream, count)
    await this.groups.create({ stream, settings })
    return stream
  }

  /** Joins the group; the subscription's id names it. */
  async join(stream: string, bufferSize = 10, connectionName?: string): Promise<Consumer> {
    const consumer = this.groups.consume({ stream }, bufferSize, connectionName)
    this.#consumers.push(consumer)
    expect(await consumer.told(1)).toBe(`confirmed ${stream}::g`)
    return consumer
  }

  async counts(stream: string): Promise<Counts> {
    const info = (await this.groups.info({ stream })).toObject()
    return {
      inFlight: info.totalInFlightMessages,
      outstanding: info.outstandingMessagesCount,
      retrying: info.retryBufferCount,
      parked: info.parkedMessageCount,
    }
  }

  /** What is parked and why: `0@a because`. */
  async parkedOf(stream: string): Promise<string[]> {
    const { answers } = await readAll(this.writes, { stream: parkedStream(stream), count: 100 })
    return answers.flatMap(answer => {
      const event = answer.getEvent()?.getEvent()
      if (!event) return []
      const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
      const { reason } = JSON.parse(text(event.getCustomMetadata_asU8())) as { reason: string }
      return [`${text(event.getData_asU8())} ${reason}`]
    })
  }
}

/** A server for a test file with words for its groups; whoever joined one hangs up after each test. */
export function useGroups(): GroupBench {
  const bench = new GroupBench(useWire())
  beforeAll(() => bench.start())
  afterEach(() => bench.hangUpAll())
  afterAll(() => bench.groups.close())
  return bench
}
