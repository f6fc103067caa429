// Sizes and numbers that nobody needs: each is served or refused, and the others notice nothing.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { frame } from '../protocol/read-response.ts'
import { bytesField, EMPTY, message } from '../protocol/wire.ts'
import { MessageReader } from '../transport/framing.ts'
import { eventually } from './group-consumer.ts'
import { aStream, events, labels } from './harness.ts'
import { hungUp } from './hung-up.ts'
import { RawClient } from './raw-client.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'

const STREAMS = '/event_store.client.streams.Streams'
const OK = '0'
const INVALID_ARGUMENT = '3'
const RESOURCE_EXHAUSTED = '8'
const FAILED_PRECONDITION = '9'
/** As HTTP/2 numbers its errors. */
const COMPRESSION_ERROR = 9
const CANCEL = 8

let server: ServerProcess
let client: EventStoreDBClient
let raw: RawClient
beforeAll(async () => {
  build()
  server = await startProcess('--memory', '--port', '0')
  client = EventStoreDBClient.connectionString(server.connectionString)
})
afterAll(async () => {
  await client.dispose()
  await end(server.process, 'SIGKILL')
})
beforeEach(() => {
  raw = new RawClient(server.port)
})
afterEach(async () => {
  await raw.close()
  await othersAreServed()
})

async function othersAreServed(): Promise<void> {
  const stream = aStream()
  await client.appendToStream(stream, events('a'))
  expect(await labels(client.readStream(stream))).toEqual(['0:a'])
}

const options = (stream: string): Buffer =>
  frame(bytesField(1, message(bytesField(1, bytesField(3, stream)), bytesField(4, EMPTY))))

const metadata = (key: string, value: string): Buffer =>
  bytesField(2, message(bytesField(1, key), bytesField(2, value)))

const proposed = (type: string, data = '{}'): Buffer =>
  frame(
    bytesField(
      2,
      message(
        bytesField(1, bytesField(2, randomUUID())),
        metadata('type', type),
        metadata('content-type', 'application/json'),
        bytesField(4, data),
      ),
    ),
  )

test.each([100_000, 1_000_000])(
  'a header of %i bytes costs its sender the connection',
  async size => {
    const stream = raw.request(`${STREAMS}/Read`, { 'x-large': 'x'.repeat(size) })
    stream.on('error', () => {})
    stream.end()
    const told: number[] = []
    raw.session.on('goaway', code => told.push(code))
    await raw.closed
    // The reset that comes of sending on may overtake the goodbye.
    for (const code of told) expect(code).toBe(COMPRESSION_ERROR)
  },
)

test('two thousand headers are too many for a call, which the others of the connection outlive', async () => {
  await raw.ready()
  const headers = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x-${i}`, 'x']))
  const stream = raw.request(`${STREAMS}/Read`, headers)
  await expect(once(stream, 'close')).rejects.toThrow('ENHANCE_YOUR_CALM')
  const appended = await raw.call(`${STREAMS}/Append`, Buffer.concat([options('a'), proposed('t')]))
  expect(appended.status).toBe(OK)
})

test('a stream whose name has five million letters is a stream, and a type of as many a type', async () => {
  const [name, type] = [`${aStream()}${'n'.repeat(5e6)}`, 't'.repeat(5e6)]
  const ending = await raw.call(`${STREAMS}/Append`, Buffer.concat([options(name), proposed(type)]))
  expect(ending).toMatchObject({ http: 200, status: OK })
  const types = []
  for await (const { event } of client.readStream(name)) types.push(event?.type.length)
  expect(types).toEqual([5e6])
  await client.deleteStream(name)
  expect((await raw.call(`${STREAMS}/Tombstone`, options(name))).status).toBe(OK)
  const again = await raw.call(`${STREAMS}/Tombstone`, options(name))
  expect(again.status).toBe(FAILED_PRECONDITION)
  expect(again.message).toMatch(/^Event stream 'stream-.*n%E2%80%A6$/)
})

test('a name beyond the largest message is refused', async () => {
  const ending = await raw.call(`${STREAMS}/Append`, options('n'.repeat(17 * 1024 * 1024)))
  expect(ending).toMatchObject({ http: 200, status: RESOURCE_EXHAUSTED })
  expect(ending.message).toContain('exceeds the maximum of 16777216 bytes')
})

test('a call in a hundred thousand frames of one byte is put together again', async () => {
  const stream = raw.request(`${STREAMS}/Append`)
  const name = aStream()
  const body = Buffer.concat([options(name), proposed('t', `"${'x'.repeat(100_000)}"`)])
  for (let i = 0; i < body.length; i++) {
    if (!stream.write(body.subarray(i, i + 1))) await once(stream, 'drain')
  }
  stream.resume().end()
  const [{ 'grpc-status': status }] = await once(stream, 'trailers')
  expect(status).toBe(OK)
  const found = []
  for await (const { event } of client.readStream(name)) found.push(event?.data)
  expect(found).toEqual(['x'.repeat(100_000)])
})

test('a hundred thousand empty messages are refused at the first, or each', async () => {
  const empty = Buffer.concat(Array.from({ length: 100_000 }, () => frame(EMPTY)))
  const append = await raw.call(`${STREAMS}/Append`, Buffer.concat([options('a'), empty]))
  expect(append).toMatchObject({
    status: INVALID_ARGUMENT,
    message: 'A message without options or event.',
  })
  const batch = raw.request(`${STREAMS}/BatchAppend`)
  const reader = new MessageReader()
  let answers = 0
  batch.on('data', (chunk: Buffer) => reader.push(chunk, () => answers++))
  batch.end(empty)
  await once(batch, 'close')
  expect(answers).toBe(100_000)
})

/** The beginning of a connection that speaks HTTP/2, with settings that say nothing. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('000000040000000000', 'hex'),
])

const dialled = async (): Promise<Socket> => {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test.each([
  ['pings', '0000080600000000000011223344556677'],
  ['settings', '000000040000000000'],
])('a hundred thousand %s cost their sender the connection', async (_, bytes) => {
  const socket = await dialled()
  const closed = hungUp(socket.resume())
  socket.write(PREFACE)
  socket.write(Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.from(bytes, 'hex'))))
  await closed
})

test('ten thousand calls that are begun only to be cancelled cost their sender the connection', async () => {
  await raw.ready()
  for (let i = 0; i < 10_000; i++) {
    const stream = raw.request(`${STREAMS}/Read`)
    stream.on('error', () => {})
    stream.close(CANCEL)
  }
  await raw.closed
})

test('five thousand connections that say nothing keep nobody from being served', async () => {
  const silent = await Promise.all(Array.from({ length: 5000 }, dialled))
  await othersAreServed()
  // Some begin to speak, and stop in the middle.
  for (const socket of silent.slice(0, 1000)) socket.write(PREFACE.subarray(0, 20))
  await othersAreServed()
  for (const socket of silent) socket.destroy()
  const { port } = server
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/ping`)).status).toBe(200)
}, 60_000)
