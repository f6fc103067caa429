// What holds for every call: paths, unknown fields, deadlines, headers, ways to the server, and the pages beside them.
import { connect } from 'node:http2'
import { EventStoreDBClient } from '@eventstore/db-client'
import operationsService from '@eventstore/db-client/generated/operations_grpc_pb.js'
import operations from '@eventstore/db-client/generated/operations_pb.js'
import type messages from '@eventstore/db-client/generated/streams_pb.js'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frame } from '../../protocol/read-response.ts'
import { aStream, event, events, labels } from '../harness.ts'
import { chunkMessage, k, told } from './batch.ts'
import { readRequest } from './reads.ts'
import { shown, useWire } from './situations.ts'
import { type Ended, endOf, Inbox } from './wire.ts'
import { appendEvent, appendOptions, toldOfAppend, Writes } from './writes.ts'

const bench = useWire()
let raw: Client
beforeAll(() => {
  raw = new Client(`127.0.0.1:${bench().server.port}`, credentials.createInsecure())
})
afterAll(() => raw.close())

const asIs = (bytes: Buffer) => bytes
const unary = (path: string, message: Buffer = Buffer.alloc(0)): Promise<Ended> =>
  endOf(done => raw.makeUnaryRequest(path, asIs, asIs, message, new Metadata(), done as never))

describe('a path', () => {
  test.each([
    '/event_store.client.streams.Streams/Nothing',
    '/event_store.client.nothing.Nothing/Read',
    '/event_store.client.redaction.Redaction/GetEventPositions',
    '/nothing',
  ])('that leads nowhere, %s, is unimplemented', async path => {
    expect((await unary(path)).code).toBe(12)
  })

  test('may be written in any case', async () => {
    const stream = aStream()
    await bench().writes.append(stream, [{}])
    const request = Buffer.from(readRequest({ stream, count: 1 }).serializeBinary())
    for (const path of ['streams.streams/read', 'STREAMS.STREAMS/READ', 'streams.Streams/Read']) {
      expect((await unary(`/event_store.client.${path}`, request)).code).toBe(0)
    }
  })
})

test('fields that nobody knows are passed over', async () => {
  const stream = aStream()
  const { writes } = bench()
  await writes.append(stream, [{}])
  const known = Buffer.from(readRequest({ stream, count: 1 }).serializeBinary())
  const unknown = Buffer.from([0x9a, 0x06, 3, 1, 2, 3])
  const path = '/event_store.client.streams.Streams/Read'
  expect((await unary(path, Buffer.concat([known, unknown]))).code).toBe(0)
})

test.each(['true', 'false', 'nonsense'])(
  'a wish for the leader, %s, is met by a lone server',
  async wish => {
    const metadata = new Metadata()
    metadata.set('requires-leader', wish)
    const writes = new Writes(`127.0.0.1:${bench().server.port}`, undefined, metadata)
    expect(toldOfAppend(await writes.append(aStream(), [{}])).words).toBe('at 0')
    writes.close()
  },
)

describe('without encryption', () => {
  test.each(['admin:changeit', 'admin:wrong', 'nobody:x', 'no colon'])(
    'whoever signs in as %s is asked nothing',
    async login => {
      const metadata = new Metadata()
      metadata.set('authorization', `Basic ${Buffer.from(login).toString('base64')}`)
      const writes = new Writes(`127.0.0.1:${bench().server.port}`, undefined, metadata)
      expect(toldOfAppend(await writes.append(aStream(), [{}])).words).toBe('at 0')
      writes.close()
    },
  )

  test('an ACL is kept and holds nobody off', async () => {
    const { client } = bench()
    const stream = aStream()
    const acl = {
      readRoles: ['x'],
      writeRoles: ['x'],
      deleteRoles: ['x'],
      metaReadRoles: ['x'],
      metaWriteRoles: ['x'],
    }
    await client.setStreamMetadata(stream, { acl })
    await client.appendToStream(stream, events('a'))
    expect(await labels(client.readStream(stream))).toEqual(['0:a'])
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ acl })
    await client.deleteStream(stream)
  })
})

describe('a deadline', () => {
  test('ends a subscription by its status, after what was there', async () => {
    const stream = aStream()
    await bench().writes.append(stream, [{}])
    const deadline = Date.now() + 3_000
    const call = bench().writes.stub.read(readRequest({ stream, count: 'live' }), { deadline })
    const inbox = new Inbox<string>()
    call.on('data', (answer: InstanceType<typeof messages.ReadResp>) => {
      if (answer.hasCaughtUp()) inbox.put('caught up')
    })
    call.on('error', error => inbox.put(`status ${(error as ServiceError).code}`))
    expect(await inbox.take(2)).toEqual(['caught up', 'status 4'])
  })

  test('ends a call at the server as well: an append that is not finished by then is not written', async () => {
    const stream = aStream()
    const session = connect(`http://127.0.0.1:${bench().server.port}`)
    const call = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/Append',
      'content-type': 'application/grpc',
      'grpc-timeout': '100m',
      te: 'trailers',
    })
    for (const request of [appendOptions(stream, 'any'), appendEvent({})]) {
      call.write(frame(Buffer.from(request.serializeBinary())))
    }
    const status = await new Promise(resolve => {
      const see = (headers: Record<string, unknown>) => {
        if (headers['grpc-status']) resolve(headers['grpc-status'])
      }
      call.on('response', see).on('trailers', see).resume()
    })
    expect(status).toBe('4')
    session.destroy()
    expect(await shown(bench().client, stream)).toBe('stream-not-found')
  })

  test('of a batch append may be a duration, as newer clients send it', async () => {
    const path = '/event_store.client.streams.Streams/BatchAppend'
    const call = raw.makeBidiStreamRequest(path, asIs, asIs)
    const inbox = new Inbox<Buffer>()
    call.on('data', (bytes: Buffer) => inbox.put(bytes)).on('error', () => {})
    const { default: generated } = await import('@eventstore/db-client/generated/streams_pb.js')
    const answers = async () => generated.BatchAppendResp.deserializeBinary(await inbox.next())
    // Options are field 2, the duration is field 7 of them: minus one second, then an hour.
    const durations = [
      [0x3a, 11, 0x08, ...Array(9).fill(0xff), 0x01],
      [0x3a, 3, 0x08, 0x90, 0x1c],
    ]
    for (const [i, duration] of durations.entries()) {
      const chunk = chunkMessage({ id: k(i), stream: aStream(), events: [{}] })
      const options = Buffer.concat([
        Buffer.from(chunk.getOptions()?.serializeBinary() ?? []),
        Buffer.from(duration),
      ])
      chunk.clearOptions()
      const rest = Buffer.from(chunk.serializeBinary())
      call.write(Buffer.concat([rest, Buffer.from([0x12, options.length]), options]))
    }
    expect(told([await answers(), await answers()])).toEqual(['k0 Timeout', 'k1 at 0'])
    call.cancel()
  })
})

test('a scavenge that is not there is said to be missing by a trailer without its id', async () => {
  const stub = new operationsService.OperationsClient(
    `127.0.0.1:${bench().server.port}`,
    credentials.createInsecure(),
  )
  for (const id of ['nonsense', '00000000-0000-0000-0000-000000000000', '']) {
    const options = new operations.StopScavengeReq.Options()
    options.setScavengeId(id)
    const request = new operations.StopScavengeReq()
    request.setOptions(options)
    expect(await endOf(done => stub.stopScavenge(request, done as never))).toEqual({
      code: 5,
      words: 'Scavenge id was invalid.',
      trailers: { exception: 'scavenge-not-found' },
    })
  }
  stub.close()
})

test.each(['esdb+discover://', 'esdb://127.0.0.1:1,'])(
  'a client that has to look for the node, by %s, finds it and works with it',
  async scheme => {
    const host = `127.0.0.1:${bench().server.port}`
    const query = 'tls=false&nodePreference=follower'
    const client = EventStoreDBClient.connectionString(`${scheme}${host}?${query}`)
    const stream = aStream()
    await client.appendToStream(stream, event('a'))
    expect(await labels(client.readStream(stream))).toEqual(['0:a'])
    await client.dispose()
  },
)

describe('pages beside the calls', () => {
  const status = async (method: string, path: string, headers = {}) =>
    (await fetch(`http://127.0.0.1:${bench().server.port}${path}`, { method, headers })).status

  test.each([
    ['GET', '/ping', 200],
    ['POST', '/ping', 405],
    ['DELETE', '/info', 405],
    ['PUT', '/gossip', 405],
    ['GET', '/health/live', 204],
    ['HEAD', '/health/live', 204],
    ['GET', '/stats', 200],
    ['GET', '/subscriptions', 200],
    ['GET', '/streams/x', 404],
    ['GET', '/users', 404],
    ['GET', '/health', 404],
  ])('%s %s is answered by %i', async (method, path, wanted) => {
    expect(await status(method, path)).toBe(wanted)
  })

  test('a call over HTTP/1.1 is told to upgrade', async () => {
    const path = '/event_store.client.streams.Streams/Read'
    expect(await status('POST', path, { 'content-type': 'application/grpc' })).toBe(426)
  })
})
