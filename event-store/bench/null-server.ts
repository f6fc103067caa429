// The null server: the same transport, which answers at once and keeps nothing. A process of its own.
import { randomUUID } from 'node:crypto'
import { decodeAppendRequest, decodeBatchAppendRequest } from '../protocol/append-request.ts'
import { appendSuccess, batchSuccess } from '../protocol/append-response.ts'
import { decodeReadRequest } from '../protocol/read-request.ts'
import { CAUGHT_UP, confirmation, lastStreamPosition } from '../protocol/read-response.ts'
import { encodeRecord, frameOf } from '../protocol/recorded-event.ts'
import { supportedMethods } from '../rpc/server-features.ts'
import { PAGE_EVENTS } from '../subscriptions/catch-up.ts'
import type { Call } from '../transport/call.ts'
import { GrpcServer, type Handler, unary } from '../transport/grpc-server.ts'
import { listen } from '../transport/listener.ts'
import { EVENT_DATA, EVENT_TYPE } from './events.ts'

/** How many events a read finds. */
const EVENTS = Number(process.argv[2])
const FRAME = frameOf(
  encodeRecord(
    {
      id: Buffer.from(randomUUID()),
      type: Buffer.from(EVENT_TYPE),
      isJson: true,
      data: Buffer.from(JSON.stringify(EVENT_DATA)),
      customMetadata: Buffer.alloc(0),
    },
    {
      streamNumber: 1,
      streamName: Buffer.from('measured-stream'),
      revision: 12_345,
      position: 12_345_678,
      created: Date.now(),
    },
  ),
)
const APPENDED = { kind: 'appended', revision: 12_345, position: 12_345_678 } as const

const followers = new Set<Call>()
function publish(count: number): void {
  for (let i = 0; i < count; i++) for (const call of followers) call.send(FRAME)
}

const append: Handler = call => {
  let count = 0
  call.listen({
    onMessage(message) {
      if (decodeAppendRequest(message).event) count++
    },
    onHalfClose() {
      call.send(appendSuccess(APPENDED))
      call.end()
      publish(count)
    },
  })
}

const batchAppend: Handler = call => {
  call.listen({
    onMessage(message) {
      const { correlationId, options, events } = decodeBatchAppendRequest(message)
      call.send(batchSuccess(correlationId as Buffer, options?.stream ?? '', APPENDED))
      publish(events.length)
    },
    onHalfClose: () => call.end(),
  })
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

async function sendEvents(call: Call, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    call.send(FRAME)
    if (sent % PAGE_EVENTS !== PAGE_EVENTS - 1) continue
    if (!(await call.ready())) return
    await nextTurn()
  }
}

async function answerRead(bytes: Buffer, call: Call): Promise<void> {
  const { source, extent } = decodeReadRequest(bytes)
  if (extent === 'subscription') {
    call.send(confirmation(randomUUID()))
    if (source?.from !== 'end') await sendEvents(call, EVENTS)
    call.send(CAUGHT_UP)
    followers.add(call)
    call.onClose(() => followers.delete(call))
    return
  }
  await sendEvents(call, Math.min(EVENTS, Number(extent?.count ?? 0n)))
  if (source?.kind === 'stream') call.send(lastStreamPosition(EVENTS))
  call.end()
}

const streams = '/event_store.client.streams.Streams'
const routes = new Map<string, Handler>([
  [`${streams}/Read`, unary(answerRead)],
  [`${streams}/Append`, append],
  [`${streams}/BatchAppend`, batchAppend],
])
const features = '/event_store.client.server_features.ServerFeatures/GetSupportedMethods'
const server = new GrpcServer(routes.set(features, supportedMethods([...routes.keys(), features])))
const { port } = await listen(server, (_, response) => response.end(), {
  host: '127.0.0.1',
  port: 0,
})
process.stdout.write(`READY esdb://127.0.0.1:${port}?tls=false\n`)
