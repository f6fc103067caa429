// Events that are posted over HTTP, as AtomPub has it: what is answered, and what the official client reads then.
import { randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { ANY, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEventStore } from '../index.ts'
import { aStream, events, useServer } from './harness.ts'
import { ADMIN, type Login, NOBODY, SecureServer } from './secure-server.ts'

const bench = useServer({ atomPub: true })

type Headers = Readonly<Record<string, string>>
const JSON_EVENT = { 'content-type': 'application/json', 'es-eventtype': 'posted' }

const addressOf = (stream: string): string =>
  `http://127.0.0.1:${bench().server.port}/streams/${encodeURIComponent(stream)}`

const post = (
  address: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Headers = JSON_EVENT,
): Promise<Response> => fetch(address, { method: 'POST', body, headers, redirect: 'manual' })

async function read(stream: string) {
  const found = []
  for await (const { event } of bench().client.readStream(stream)) found.push(event)
  return found
}

test('an event with an id is written, and its address told', async () => {
  const [stream, id] = [`${aStream()}/ä`, randomUUID()]
  await bench().client.appendToStream(stream, events('first'))
  const answer = await post(addressOf(stream), '{"n":1}', { ...JSON_EVENT, 'es-eventid': id })
  expect([answer.status, answer.statusText]).toEqual([201, 'Created'])
  expect(answer.headers.get('location')).toBe(`${addressOf(stream)}/1`)
  const [, event] = await read(stream)
  expect(event).toMatchObject({ id, type: 'posted', isJson: true, data: { n: 1 }, revision: 1n })
})

test('one without is sent on to an address where it is written once, however often it is sent', async () => {
  const stream = aStream()
  const sentOn = await post(addressOf(stream), '{"n":1}')
  expect(sentOn.status).toBe(307)
  const address = sentOn.headers.get('location') as string
  expect(address).toMatch(new RegExp(`^${addressOf(stream)}/incoming/[0-9a-f-]{36}$`))
  for (let time = 0; time < 2; time++) {
    const answer = await post(address, '{"n":1}')
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `${addressOf(stream)}/0`])
  }
  expect((await read(stream)).map(event => event?.id)).toEqual([address.slice(-36)])
})

test('whoever names no host is sent on within the same', async () => {
  const socket = connect(bench().server.port, '127.0.0.1')
  const headers = 'Content-Type: application/json\r\nES-EventType: t\r\nContent-Length: 2\r\n'
  socket.write(`POST /streams/s HTTP/1.0\r\n${headers}\r\n{}`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 307 .*\r\nlocation: \/streams\/s\/incoming\//s)
})

test.each([
  ['JSON that is none', 'application/json', '****', '****'],
  ['bytes', 'application/octet-stream', Buffer.from([0, 255, 1]), Buffer.from([0, 255, 1])],
  ['bytes of a type with more to it', 'Application/OCTET-stream; q=1', 'x', Buffer.from('x')],
  ['nothing', 'application/octet-stream', '', Buffer.alloc(0)],
])('%s are kept as they are', async (_, contentType, body, data) => {
  const stream = aStream()
  const headers = { 'content-type': contentType, 'es-eventtype': 't', 'es-eventid': randomUUID() }
  expect((await post(addressOf(stream), body, headers)).status).toBe(201)
  const [event] = await read(stream)
  expect(Buffer.from(event?.data as string)).toEqual(Buffer.from(data))
  expect(event?.isJson).toBe(contentType === 'application/json')
})

test('a type has the letters of all alphabets', async () => {
  const stream = aStream()
  const type = Buffer.from('größe-尺寸').toString('latin1')
  const headers = { ...JSON_EVENT, 'es-eventtype': type, 'es-eventid': randomUUID() }
  expect((await post(addressOf(stream), '{}', headers)).status).toBe(201)
  expect((await read(stream))[0]?.type).toBe('größe-尺寸')
})

test.each<[string, string, number]>([
  ['nothing', '-1', 400],
  ['anything', '-2', 201],
  ['something', '-4', 201],
  ['the last revision', '1', 201],
  ['an earlier one', '0', 400],
  ['a later one', '7', 400],
])('a stream of two is written to by whoever expects %s (%s): %i', async (_, expected, status) => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a', 'b'))
  const headers = {
    ...JSON_EVENT,
    'es-eventid': randomUUID(),
    'es-expectedversion': expected,
  }
  const answer = await post(addressOf(stream), '{}', headers)
  expect(answer.status).toBe(status)
  if (status === 400) {
    expect(answer.statusText).toBe('Wrong expected EventNumber')
    expect(answer.headers.get('es-currentversion')).toBe('1')
  }
})

test('of a stream without events, the number that is told is -1', async () => {
  const headers = { ...JSON_EVENT, 'es-eventid': randomUUID(), 'es-expectedversion': '0' }
  const answer = await post(addressOf(aStream()), '{}', headers)
  expect([answer.status, answer.headers.get('es-currentversion')]).toEqual([400, '-1'])
})

test('a stream that has ended is gone', async () => {
  const stream = aStream()
  await bench().client.tombstoneStream(stream, { expectedRevision: ANY })
  const answer = await post(addressOf(stream), '{}', { ...JSON_EVENT, 'es-eventid': randomUUID() })
  expect([answer.status, answer.statusText]).toEqual([410, 'Stream deleted'])
})

test.each<[string, Headers, number, string]>([
  ['without a content type', { 'es-eventtype': 't' }, 415, ''],
  ['as a form', { ...JSON_EVENT, 'content-type': 'text/plain' }, 415, ''],
  [
    'as a list of events',
    { ...JSON_EVENT, 'content-type': 'application/vnd.eventstore.events+json' },
    415,
    '',
  ],
  ['without a type', { 'content-type': 'application/json' }, 400, 'Must include an event type'],
  ['with a type that is no text', { ...JSON_EVENT, 'es-eventtype': '\xff' }, 400, 'ES-EventType'],
  ['with an id that is none', { ...JSON_EVENT, 'es-eventid': 'x' }, 400, 'ES-EventId header'],
  [
    'with an id of zeros',
    { ...JSON_EVENT, 'es-eventid': '00000000-0000-0000-0000-000000000000' },
    400,
    'ES-EventId header',
  ],
  ...['x', '-3', '1.5', '9223372036854775808', '99999999999999999999'].map(
    (version): [string, Headers, number, string] => [
      `that expects ${version}`,
      { ...JSON_EVENT, 'es-eventid': randomUUID(), 'es-expectedversion': version },
      400,
      'ES-ExpectedVersion header',
    ],
  ),
])('an event %s is refused, and nothing is written', async (_, headers, status, words) => {
  const stream = aStream()
  const answer = await post(addressOf(stream), Buffer.from('{}'), headers)
  expect(answer.status).toBe(status)
  expect(await answer.text()).toContain(words)
  await expect(read(stream)).rejects.toThrow('not found')
})

test('an event of 4 MiB is taken, and a larger one refused', async () => {
  const stream = aStream()
  const sized = (bytes: number) =>
    post(addressOf(stream), Buffer.alloc(bytes), {
      'content-type': 'application/octet-stream',
      'es-eventtype': 'large',
      'es-eventid': randomUUID(),
    })
  const most = 4 * 1024 * 1024
  expect((await sized(most + 1)).status).toBe(413)
  expect((await sized(20 * 1024 * 1024)).status).toBe(413)
  expect((await sized(most)).status).toBe(201)
  expect(
    (await read(stream)).map(event => (event?.data as Uint8Array | undefined)?.length),
  ).toEqual([most])
})

test.each<[string, string]>([
  ['GET', '/streams/s'],
  ['DELETE', '/streams/s'],
  ['POST', '/streams'],
  ['POST', '/streams/'],
  ['POST', '/streams/s/'],
  ['POST', '/streams/s/0'],
  ['POST', '/streams/s/incoming'],
  ['POST', '/streams/s/incoming/'],
  ['POST', '/streams/s/incoming/00000000-0000-0000-0000-000000000001/x'],
  ['POST', '/streams/%zz'],
  ['POST', '/streams/$$'],
])('%s %s writes nothing', async (method, path) => {
  const headers = { ...JSON_EVENT, 'es-eventid': randomUUID() }
  const before = await bench().client.appendToStream('before', jsonEvent({ type: 't', data: {} }))
  const answer = await fetch(`http://127.0.0.1:${bench().server.port}${path}`, { method, headers })
  expect(answer.status).toBeOneOf([400, 404])
  const after = await bench().client.appendToStream('before', jsonEvent({ type: 't', data: {} }))
  expect(after.nextExpectedRevision).toBe(before.nextExpectedRevision + 1n)
  let written = 0
  const since = bench().client.readAll({ fromPosition: before.position as never })
  for await (const { event } of since) if (event?.streamId !== 'before') written++
  expect(written).toBe(0)
})

test('where nobody asked for it, there is no such page', async () => {
  const server = await startEventStore({ memory: true })
  const address = `http://127.0.0.1:${server.port}/streams/s`
  expect((await post(address, '{}', { ...JSON_EVENT, 'es-eventid': randomUUID() })).status).toBe(
    404,
  )
  await server.stop()
})

describe('over TLS', () => {
  const house = new SecureServer({ atomPub: true })
  let user: Login
  beforeAll(async () => {
    await house.start()
    user = await house.addUser('u')
  })
  afterAll(() => house.remove())

  const postAs = (login: Login, stream: string): Promise<[number, string | undefined]> =>
    new Promise((resolve, reject) => {
      request(
        {
          ...{ host: 'localhost', port: house.server.port, path: `/streams/${stream}` },
          ...(login ? { auth: `${login.username}:${login.password}` } : {}),
          ...{ method: 'POST', ca: house.certificate, agent: false, headers: JSON_EVENT },
        },
        response => {
          response.resume()
          resolve([response.statusCode as number, response.headers.location])
        },
      )
        .on('error', reject)
        .end('{}')
    })

  test('it is for users, who may write to the stream', async () => {
    expect(await postAs(NOBODY, 's')).toEqual([401, undefined])
    expect(await postAs({ username: 'admin', password: 'wrong' }, 's')).toEqual([401, undefined])
    expect(await postAs(user, '$own')).toEqual([401, undefined])
    for (const [login, stream] of [[user, 's'] as const, [ADMIN, '$own'] as const]) {
      const [status, location] = await postAs(login, stream)
      expect(status).toBe(307)
      const encoded = encodeURIComponent(stream)
      expect(location).toContain(
        `https://localhost:${house.server.port}/streams/${encoded}/incoming/`,
      )
      const path = new URL(location as string).pathname.slice('/streams/'.length)
      expect(await postAs(login, path)).toEqual([
        201,
        `https://localhost:${house.server.port}/streams/${encoded}/0`,
      ])
    }
  })
})
