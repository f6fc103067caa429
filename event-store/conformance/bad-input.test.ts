// Bytes that make no sense: each is refused by a clear status, and the server goes on.

import { connect } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { aStream, events, labels, useServer } from './harness.ts'
import { hungUp } from './hung-up.ts'
import { type Ending, RawClient } from './raw-client.ts'

const bench = useServer()
const STREAMS = '/event_store.client.streams.Streams'
const GROUPS = '/event_store.client.persistent_subscriptions.PersistentSubscriptions'

afterEach(async () => {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('still here'))
  expect(await labels(client.readStream(stream))).toEqual(['0:still here'])
})

/** One call with any bytes as its body, on a connection of its own. */
async function call(
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<Ending> {
  const raw = new RawClient(bench().server.port)
  try {
    return await raw.call(path, body, headers)
  } finally {
    await raw.close()
  }
}

function framed(
  body: Buffer | string,
  { flag = 0, length }: { flag?: number; length?: number } = {},
) {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'hex') : body
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE(length ?? bytes.length, 1)
  return Buffer.concat([prefix, bytes])
}

test.each<[string, string, Buffer, string]>([
  ['an unknown method', `${STREAMS}/Nothing`, framed(''), '12'],
  ['an unknown service', '/nothing.Nothing/Read', framed(''), '12'],
  ['a service between nodes', '/event_store.cluster.Elections/Prepare', framed(''), '12'],
  ['a user without a name', '/event_store.client.users.Users/Create', framed(''), '3'],
  ['a compressed message', `${STREAMS}/Read`, framed('', { flag: 1 }), '12'],
  ['a message over the limit', `${STREAMS}/Append`, framed('', { length: 2 ** 30 }), '8'],
  ['a message cut short', `${STREAMS}/Read`, framed('0a', { length: 9 }), '13'],
  ['no message at all', `${STREAMS}/Read`, Buffer.alloc(0), '13'],
  ['no protobuf', `${STREAMS}/Read`, framed('ffffffff'), '3'],
  ['a field cut short', `${STREAMS}/Append`, framed('0a10'), '3'],
  ['a request without options', `${STREAMS}/Delete`, framed(''), '3'],
  ['a group of nothing', `${GROUPS}/Create`, framed('0a03120167'), '3'],
  ['a group without settings', `${GROUPS}/Create`, framed('0a080a031a0161120167'), '3'],
  ['a consumer that answers before it asks', `${GROUPS}/Read`, framed('1200'), '3'],
  ['a consumer that says nothing', `${GROUPS}/Read`, Buffer.alloc(0), '3'],
  [
    'a consumer of a group without a name',
    `${GROUPS}/Read`,
    framed('0a0b0a031a0161220212001803'),
    '3',
  ],
])('%s ends with its status', async (_, path, body, status) => {
  const ending = await call(path, body)
  expect(ending).toMatchObject({ http: 200, status })
  expect(ending.message).not.toBe('')
})

test('what is no gRPC is refused as HTTP', async () => {
  const ending = await call(`${STREAMS}/Read`, Buffer.alloc(0), { 'content-type': 'text/plain' })
  expect(ending.http).toBe(415)
})

test('an encoding that is not known is refused by name', async () => {
  const ending = await call(`${STREAMS}/Read`, framed(''), { 'grpc-encoding': 'brotli' })
  expect(ending.status).toBe('12')
  expect(ending.message).toContain('brotli')
})

test('random bytes never get more than a status', async () => {
  const methods = [
    ...['Read', 'Append', 'Delete', 'Tombstone', 'BatchAppend'].map(name => `${STREAMS}/${name}`),
    ...['Create', 'Update', 'Delete', 'GetInfo', 'List', 'ReplayParked', 'Read'].map(
      name => `${GROUPS}/${name}`,
    ),
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), fc.uint8Array(), async (method, bytes) => {
      const ending = await call(method, framed(Buffer.from(bytes)))
      expect(Number(ending.status)).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 120 },
  )
})

test('connections that say nothing, nonsense, or hang up in the middle do no harm', async () => {
  const raw = (bytes: Buffer) => {
    const socket = connect(bench().server.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(bytes)
    return socket
  }
  const silent = connect(bench().server.port, '127.0.0.1')
  const nonsense = raw(Buffer.from('\x16\x03\x01 nonsense\r\n\r\n'))
  const halfPreface = raw(Buffer.from('PRI * HT'))
  halfPreface.destroy()
  const badFrames = raw(
    Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(90, 0xff)]),
  )
  await Promise.all([hungUp(nonsense), hungUp(badFrames)])
  silent.destroy()
})

test('the pages answer on the same port', async () => {
  const get = (path: string) => fetch(`http://127.0.0.1:${bench().server.port}${path}`)
  expect(await (await get('/ping')).json()).toMatchObject({ msgTypeId: 123 })
  expect(await (await get('/info')).json()).toMatchObject({ state: 'leader' })
  expect((await get('/health/live')).status).toBe(204)
  expect((await get('/nothing')).status).toBe(404)
})
