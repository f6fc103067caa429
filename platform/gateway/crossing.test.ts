// What one client sends never reaches a service as another's request, nor an answer another than its asker.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sendRaw, startService, startTestGateway } from './testing/behind-gateway.ts'

const INNER = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
const CHUNKED = `${INNER.length.toString(16)}\r\n${INNER}\r\n0\r\n\r\n`
const LENGTH = `Content-Length: ${INNER.length}`
const CODING = 'Transfer-Encoding: chunked'

const statusesOf = (bytes: string) => [...bytes.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, s]) => s)

describe('a body where none belongs', () => {
  const framings = [
    ['a length', `${LENGTH}\r\n\r\n${INNER}`],
    ['a length that Connection names', `Connection: content-length\r\n${LENGTH}\r\n\r\n${INNER}`],
    ['chunks', `${CODING}\r\n\r\n${CHUNKED}`],
    [
      'chunks that Connection names',
      `Connection: Transfer-Encoding\r\n${CODING}\r\n\r\n${CHUNKED}`,
    ],
  ] as const
  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PROPFIND'])
    test.each(framings)(
      `is refused with ${method} by %s, and nothing after it heard`,
      async (_, rest) => {
        const { port, seen } = await startTestGateway()
        const answer = await sendRaw(
          port,
          `${method} /outer HTTP/1.1\r\nHost: x\r\n${rest}${INNER}`,
        )
        expect(statusesOf(answer)).toEqual(['400'])
        expect(answer).toMatch(/connection: close/i)
        expect(seen).toEqual([])
      },
    )

  test('is none when its length is 0', async () => {
    const { port, seen } = await startTestGateway()
    const bytes = 'DELETE /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
    expect(statusesOf(await sendRaw(port, bytes))).toEqual(['200'])
    expect(seen.map(({ line }) => line)).toEqual(['DELETE /a'])
  })
})

test.each([
  ['no host', 'Content-Length: 2\r\n\r\nab'],
  ['two hosts', 'Host: x\r\nHost: y\r\nContent-Length: 2\r\n\r\nab'],
  ['the same host twice', 'Host: x\r\nHost: x\r\nContent-Length: 2\r\n\r\nab'],
  ['two lengths', 'Host: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab'],
  ['a list of lengths', 'Host: x\r\nContent-Length: 2, 2\r\n\r\nab'],
  ['a length with a sign', 'Host: x\r\nContent-Length: +2\r\n\r\nab'],
  ['a length and chunks', `Host: x\r\nContent-Length: 2\r\n${CODING}\r\n\r\n0\r\n\r\n`],
  ['chunked twice', `Host: x\r\n${CODING}\r\n${CODING}\r\n\r\n0\r\n\r\n`],
  ['chunked in chunked', 'Host: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
  ['a coding that we do not know', 'Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['no coding', 'Host: x\r\nTransfer-Encoding: identity\r\n\r\n'],
  ['a coding that is almost chunked', 'Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'Host: x\r\nContent-Length : 2\r\n\r\nab'],
  ['a bare CR in a field', 'Host: x\r\nX: a\rContent-Length: 2\r\n\r\nab'],
])('%s: refused and closed, since it can be read in two ways', async (_, rest) => {
  const { port, seen } = await startTestGateway()
  const answer = await sendRaw(port, `POST /outer HTTP/1.1\r\n${rest}${INNER}`)
  expect(statusesOf(answer)).toEqual(['400'])
  expect(answer).toMatch(/connection: close/i)
  expect(seen).toEqual([])
})

test('chunks of HTTP/1.0, which knows none, are refused', async () => {
  const { port, seen } = await startTestGateway()
  const bytes = `POST /a HTTP/1.0\r\nHost: x\r\n${CODING}\r\n\r\n${CHUNKED}`
  expect(statusesOf(await sendRaw(port, bytes))).toEqual(['400'])
  expect(seen).toEqual([])
})

test('Connection can not drop a field that has a meaning', async () => {
  const { port, seen } = await startTestGateway()
  const fields = {
    cookie: 'a=1',
    origin: 'https://talks.example',
    authorization: 'Bearer x',
    'sec-fetch-site': 'cross-site',
    'content-type': 'text/plain',
    'idempotency-key': 'some-key-1',
    'cryptotalks-after': '7',
    'if-none-match': '"7"',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  const names = [...Object.keys(fields), 'content-length', 'host', 'x-forwarded-for'].join(', ')
  await sendRaw(
    port,
    `POST /a HTTP/1.1\r\nHost: x\r\nConnection: close, ${names}\r\n${lines.join('')}Content-Length: 2\r\n\r\nab`,
  )
  expect(seen).toHaveLength(1)
  expect(seen[0]?.headers).toMatchObject({ ...fields, 'x-forwarded-for': '127.0.0.1' })
  expect(seen[0]?.body).toBe('ab')
})

test.each([201, 2_500])(
  '%i fields are too many, and none of them hides one that counts',
  async count => {
    const { port, seen } = await startTestGateway()
    const many = 'a:\r\n'.repeat(count)
    const hidden = `POST /a HTTP/1.1\r\nHost: x\r\n${many}${LENGTH}\r\n\r\n${INNER}${INNER}`
    const answer = await sendRaw(port, hidden)
    expect(statusesOf(answer)).toEqual(['431'])
    expect(answer).toMatch(/connection: close/i)
    expect(seen).toEqual([])
  },
)

test('each request has an id of our own making, whatever its sender calls it', async () => {
  const { url, seen } = await startTestGateway()
  const id = 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f'
  await fetch(url, { headers: { 'x-correlation-id': id } })
  await fetch(url, { headers: { 'x-correlation-id': id } })
  const ids = seen.map(({ headers }) => headers['x-correlation-id'])
  expect(new Set([id, ...ids]).size).toBe(3)
})

test('trailers stay behind', async () => {
  const { port, seen } = await startTestGateway()
  const answer = await sendRaw(
    port,
    `POST /a HTTP/1.1\r\nHost: x\r\nTrailer: Cookie\r\n${CODING}\r\n\r\n2\r\nab\r\n0\r\nCookie: b=2\r\nX-T: 1\r\n\r\n${INNER}`,
  )
  expect(statusesOf(answer)).toEqual(['200', '200'])
  expect(seen.map(({ line }) => line)).toEqual(['POST /a', 'GET /smuggled'])
  expect(seen[0]?.headers).not.toHaveProperty('cookie')
  expect(seen[0]?.headers).not.toHaveProperty('trailer')
})

test('pipelined requests are passed on one by one and answered in their order', async () => {
  let underWay = 0
  let most = 0
  const slow = await startService((request, response) => {
    most = Math.max(most, ++underWay)
    request.resume()
    // The earlier, the slower: in their own time they would come back in the opposite order.
    const turns = 20 - Number(request.url?.slice(1))
    const answer = (left: number) => {
      if (left > 0) return setImmediate(answer, left - 1)
      underWay--
      return response.end(`answer to ${request.url};`)
    }
    answer(turns)
  })
  const { port } = await startTestGateway({ readSideUrl: slow, writeSideUrl: slow })
  const paths = Array.from({ length: 20 }, (_, at) => `/${at}`)
  const bytes = paths.map((path, at) =>
    at % 2 === 0
      ? `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
      : `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`,
  )
  const answer = await sendRaw(port, bytes.join(''))
  expect([...answer.matchAll(/answer to (\/\d+);/g)].map(([, path]) => path)).toEqual(paths)
  expect(most).toBe(1)
})

test('what can not be read is said so after the answers to what could be', async () => {
  const { port } = await startTestGateway()
  const answer = await sendRaw(
    port,
    'GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\nNONSENSE\r\n\r\n',
  )
  expect(statusesOf(answer)).toEqual(['200', '200', '400'])
  expect(answer).toMatch(/read GET \/first .*read GET \/second .*malformed-request/s)
})

test('a body that turns out to be malformed is the end of its own request only', async () => {
  const { port, seen } = await startTestGateway()
  const answer = await sendRaw(
    port,
    `GET /first HTTP/1.1\r\nHost: x\r\n\r\nPOST /second HTTP/1.1\r\nHost: x\r\n${CODING}\r\n\r\n2\r\nabXX${INNER}`,
  )
  expect(statusesOf(answer)).toEqual(['200', '400'])
  expect(seen.map(({ line }) => line)).toEqual(['GET /first'])
})

test('a connection to a service with half a request on it is never used again', async () => {
  const connections: string[] = []
  const service = createServer(socket => {
    const at = connections.push('') - 1
    socket.on('error', () => {})
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      connections[at] = `${connections[at]}${part}`
      // An early answer, which leaves the connection open for what is still to come.
      if (part.startsWith('POST '))
        socket.write('HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  onTestFinished(() => void service.close())
  const writeSideUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const { port } = await startTestGateway({ writeSideUrl })
  for (let round = 0; round < 3; round++) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /${round} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nPART`)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  }
  expect(connections.map(bytes => bytes.match(/POST \/\d/g))).toEqual([
    ['POST /0'],
    ['POST /1'],
    ['POST /2'],
  ])
})

test('what expects more than to go on is refused with 417; what is to go on is told so', async () => {
  const { port, seen } = await startTestGateway()
  const post = (expectation: string) =>
    `POST /a HTTP/1.1\r\nHost: x\r\nExpect: ${expectation}\r\nContent-Length: 2\r\n\r\nab`
  expect(statusesOf(await sendRaw(port, post('a-miracle') + INNER))).toEqual(['417'])
  expect(seen).toEqual([])
  expect(statusesOf(await sendRaw(port, post('100-continue')))).toEqual(['100', '200'])
  expect(seen[0]).toMatchObject({ line: 'POST /a', body: 'ab' })
  expect(seen[0]?.headers).not.toHaveProperty('expect')
})

test('who is refused before being told to go on is not heard any more', async () => {
  const { port, seen } = await startTestGateway()
  const answer = await sendRaw(
    port,
    `POST //a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}${INNER}`,
  )
  expect(statusesOf(answer)).toEqual(['404'])
  expect(answer).toMatch(/connection: close/i)
  expect(seen).toEqual([])
})

test('an upgrade is not followed, CONNECT and TRACE are refused', async () => {
  const { port, seen } = await startTestGateway()
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n'
  const answer = await sendRaw(port, `GET /a HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n${INNER}`)
  expect(statusesOf(answer)).toEqual(['200'])
  expect(answer).toMatch(/connection: close/i)
  expect(seen.map(({ line }) => line)).toEqual(['GET /a'])
  expect(seen[0]?.headers).not.toHaveProperty('upgrade')
  const tunnel = 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n'
  expect(statusesOf(await sendRaw(port, tunnel + INNER))).toEqual(['405'])
  expect(statusesOf(await sendRaw(port, 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n'))).toEqual(['405'])
  expect(seen).toHaveLength(1)
})

test('answers without a body, and what services say before the answer, keep every answer apart', async () => {
  const service = await startService((request, response) => {
    const kind = request.url?.slice(1) ?? ''
    if (kind === 'hints') response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
    if (kind === 'length') response.setHeader('content-length', 5)
    if (kind === 'hop') response.writeHead(200, { 'keep-alive': 'timeout=9', upgrade: 'h2c' })
    response.statusCode = { none: 204, same: 304 }[kind] ?? 200
    response.end(response.statusCode === 200 ? 'whole' : undefined)
  })
  const { port } = await startTestGateway({ readSideUrl: service })
  const ask = (method: string, kind: string) => `${method} /${kind} HTTP/1.1\r\nHost: x\r\n\r\n`
  const answer = await sendRaw(
    port,
    ask('GET', 'none') +
      ask('GET', 'same') +
      ask('HEAD', 'length') +
      ask('GET', 'hints') +
      ask('GET', 'hop') +
      ask('GET', 'length'),
  )
  expect(statusesOf(answer)).toEqual(['204', '304', '200', '200', '200', '200'])
  expect(answer.match(/whole/g)).toHaveLength(3)
  expect(answer).not.toMatch(/upgrade|preload|timeout=9/i)
})

test('a client that goes away takes its upload with it', async () => {
  let brokenOff = () => {}
  const broke = new Promise<void>(resolve => {
    brokenOff = resolve
  })
  let begin = () => {}
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  const bodies: string[] = []
  const service = await startService(async (request, response) => {
    begin()
    await text(request).then(
      body => bodies.push(body),
      () => brokenOff(),
    )
    response.end()
  })
  const { port } = await startTestGateway({ writeSideUrl: service })
  const socket = connect(port, '127.0.0.1')
  socket.write(`POST /a HTTP/1.1\r\nHost: x\r\n${CODING}\r\n\r\n2\r\nab\r\n`)
  await begun
  socket.destroy()
  await broke
  expect(bodies).toEqual([])
})
