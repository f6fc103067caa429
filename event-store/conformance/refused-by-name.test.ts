// Every method there is a client for is served, or refused in words that name it.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { startEventStore } from '../index.ts'
import { frame } from '../protocol/read-response.ts'
import { EMPTY } from '../protocol/wire.ts'
import { failureOf, useServer } from './harness.ts'
import { type Ending, RawClient } from './raw-client.ts'

const bench = useServer()
const CLIENT = '/event_store.client.'
const UNIMPLEMENTED = '12'
const SHUTDOWN = `${CLIENT}operations.Operations/Shutdown`
const CREATE_PROJECTION = `${CLIENT}projections.Projections/Create`

/** The paths of all methods that the official client has stubs for, whether it uses them or not. */
function stubbedMethods(): string[] {
  const require = createRequire(import.meta.url)
  const generated = dirname(require.resolve('@eventstore/db-client/generated/streams_grpc_pb.js'))
  const modules = readdirSync(generated).filter(file => file.endsWith('_grpc_pb.js'))
  return modules.flatMap(file => {
    const exported = Object.entries(require(join(generated, file)) as Record<string, object>)
    const services = exported.filter(([name]) => name.endsWith('Service'))
    return services.flatMap(([, service]) =>
      Object.values(service as Record<string, { path: string }>).map(({ path }) => path),
    )
  })
}

/** Calls a method with a message that says nothing; resolves with its first answer or with its end. */
async function answered(path: string): Promise<Pick<Ending, 'status' | 'message'>> {
  const raw = new RawClient(bench().server.port)
  try {
    const stream = raw.request(path)
    const answer = new Promise<Ending>(resolve => {
      stream.once('data', () => resolve({ http: 200, status: '0', message: undefined }))
    })
    return await Promise.race([answer, raw.ended(stream, frame(EMPTY))])
  } finally {
    await raw.close()
  }
}

test('of all methods that the client has stubs for, only these are refused', async () => {
  const methods = stubbedMethods()
  expect(methods.length).toBeGreaterThan(45)
  const refused: string[] = []
  for (const path of methods.filter(each => each !== SHUTDOWN)) {
    const { status, message } = await answered(path)
    expect(status, path).toMatch(/^\d+$/)
    if (status !== UNIMPLEMENTED) continue
    refused.push(path)
    expect(message).toContain(path)
  }
  const betweenNodes = methods.filter(path => path.startsWith('/event_store.cluster.'))
  expect(betweenNodes).toHaveLength(10)
  expect(refused.sort()).toEqual([CREATE_PROJECTION, ...betweenNodes].sort())
})

test('a projection in JavaScript is refused by saying that they are not offered', async () => {
  expect((await answered(CREATE_PROJECTION)).message).toBe(
    `Method is unimplemented: ${CREATE_PROJECTION}. User-defined projections in JavaScript are not offered; the server's own are there: $streams, $stream_by_category, $by_category, $by_event_type, $by_correlation_id.`,
  )
  const created = bench().client.createProjection('own', 'fromAll()')
  expect((await failureOf(created)).message).toContain('in JavaScript are not offered')
})

test('shutdown, which ends the server, works', async () => {
  const server = await startEventStore({ memory: true })
  const raw = new RawClient(server.port)
  expect(await raw.call(SHUTDOWN, frame(EMPTY))).toMatchObject({ status: '0' })
  await server.stopped
  await raw.close()
})

test.each([
  ['Service', '/kurrentdb.protocol.v2.streams.StreamsService/AppendSession'],
  ['Service', '/kurrentdb.protocol.v2.streams.StreamsService/AppendRecords'],
  ['Service', '/kurrentdb.protocol.v2.ServerInfoService/GetServerInfo'],
  ['Service', '/event_store.client.redaction.Redaction/GetEventPositions'],
  ['Service', '/grpc.health.v1.Health/Check'],
  ['Service', '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'],
  ['Service', '/nothing'],
  ['Method', '/event_store.client.streams.Streams/MultiStreamAppend'],
])('what only other servers have is refused by name: %s %s', async (what, path) => {
  expect(await answered(path)).toMatchObject({
    status: UNIMPLEMENTED,
    message: `${what} is unimplemented: ${path}`,
  })
})

test('without its subsystem the whole service of projections is refused by name', async () => {
  const server = await startEventStore({ memory: true, runProjections: 'none' })
  const raw = new RawClient(server.port)
  const methods = stubbedMethods().filter(path => path.startsWith(`${CLIENT}projections.`))
  expect(methods).toHaveLength(10)
  for (const path of methods) {
    expect(await raw.call(path, frame(EMPTY))).toMatchObject({
      status: UNIMPLEMENTED,
      message: `Service is unimplemented: ${path}`,
    })
  }
  await raw.close()
  await server.stop()
})
