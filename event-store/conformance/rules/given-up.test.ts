// Appends that their clients give up before all is sent: nothing of them is written.
import { once } from 'node:events'
import { connect } from 'node:http2'
import { expect, test } from 'vitest'
import { frame } from '../../protocol/read-response.ts'
import { aStream } from '../harness.ts'
import { Batch } from './batch.ts'
import { shown, useWire } from './situations.ts'
import { endOf } from './wire.ts'
import { appendEvent, appendOptions } from './writes.ts'

const bench = useWire()
const ROUNDS = 20

test('cancelled', async () => {
  const stream = aStream()
  const { client, writes } = bench()
  for (let i = 0; i < ROUNDS; i++) {
    const ended = await endOf(done => {
      const call = writes.stub.append(done as never)
      call.write(appendOptions(stream, 'any'))
      // The answer to another call on the connection shows that the first event has been taken.
      call.write(appendEvent({}), () => {
        void writes.append(aStream(), [{}]).then(() => call.cancel())
      })
    })
    expect(ended.code).toBe(1)
  }
  expect(await shown(client, stream)).toBe('stream-not-found')
})

test('by a connection that was lost', async () => {
  const stream = aStream()
  for (let i = 0; i < ROUNDS; i++) {
    const session = connect(`http://127.0.0.1:${bench().server.port}`)
    await once(session, 'connect')
    const call = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/Append',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    call.on('error', () => {})
    for (const request of [appendOptions(stream, 'any'), appendEvent({})]) {
      call.write(frame(Buffer.from(request.serializeBinary())))
    }
    // What is answered was sent later.
    await new Promise<void>((resolve, reject) => {
      session.ping(error => (error ? reject(error) : resolve()))
    })
    session.destroy()
    await once(session, 'close')
  }
  await bench().writes.append(aStream(), [{}])
  expect(await shown(bench().client, stream)).toBe('stream-not-found')
})

test('as chunks of a batch append that never ended', async () => {
  const stream = aStream()
  const { client, writes } = bench()
  for (let i = 0; i < ROUNDS; i++) {
    const batch = new Batch(writes)
    batch.send({ stream, events: [{}], final: false })
    await batch.append(aStream(), [{}])
    batch.cancel()
    expect((await batch.ended).code).toBe(1)
  }
  expect(await shown(client, stream)).toBe('stream-not-found')
})
