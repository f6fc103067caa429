// The gateway between real clients and small services that misbehave in the ways services do.
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
import { freePort } from './processes/free-port.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function service(
  listener: RequestListener,
  port = 0,
): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** A service of raw connections. */
async function rawService(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer(onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const says =
  (name: string): RequestListener =>
  (req, res) => {
    req.resume()
    res.setHeader('x-said-by', name)
    res.end(`${name} ${req.method} ${req.url}`)
  }

async function gateway(
  options: Partial<GatewayOptions> = {},
): Promise<Gateway & { readonly url: string }> {
  const readSideUrl = options.readSideUrl ?? (await service(says('read'))).url
  const writeSideUrl = options.writeSideUrl ?? (await service(says('write'))).url
  const started = await startGateway({
    ...{ host: '127.0.0.1', port: 0, log: () => {} },
    ...options,
    readSideUrl,
    writeSideUrl,
  })
  cleanups.push(() => started.stop())
  return { ...started, url: `http://127.0.0.1:${started.port}` }
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

/** Sends bytes as they stand and returns all that comes back. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

describe('the gateway', () => {
  test('sends GET and HEAD to the read side and every other method to the write side', async () => {
    const { url } = await gateway()
    const answers = await Promise.all(
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(async method =>
        (await fetch(`${url}/api/posts?tag=x`, { method })).text(),
      ),
    )
    expect(answers).toEqual([
      'read GET /api/posts?tag=x',
      'write POST /api/posts?tag=x',
      'write PUT /api/posts?tag=x',
      'write PATCH /api/posts?tag=x',
      'write DELETE /api/posts?tag=x',
      'write OPTIONS /api/posts?tag=x',
    ])
    const head = await fetch(`${url}/posts`, { method: 'HEAD' })
    expect(head.headers.get('x-said-by')).toBe('read')
  })

  test('tells the services where a request comes from, and believes no client about it', async () => {
    const seen: IncomingMessage['headers'][] = []
    const read = await service((req, res) => {
      seen.push(req.headers)
      res.end()
    })
    const claims = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil', forwarded: 'for=6' }
    const plain = await gateway({ readSideUrl: read.url })
    await fetch(plain.url, { headers: { ...claims, cookie: 'a=1', 'x-forwarded-proto': 'https' } })
    expect(seen[0]).toMatchObject({
      cookie: 'a=1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(plain.url).host,
    })
    expect(seen[0]).not.toHaveProperty('forwarded')

    const behindProxy = await gateway({ readSideUrl: read.url, trustProxy: true })
    await fetch(behindProxy.url, { headers: { ...claims, 'x-forwarded-proto': 'https' } })
    expect(seen[1]).toMatchObject({
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
    })
    // The proxy's word comes last; before it stands what the visitor may have invented.
    await fetch(behindProxy.url, { headers: { 'x-forwarded-for': '1.1.1.1, 6.6.6.6:4711' } })
    expect(seen[2]).toMatchObject({ 'x-forwarded-for': '6.6.6.6' })
    await fetch(behindProxy.url, { headers: { 'x-forwarded-for': '6.6.6.6, nonsense' } })
    expect(seen[3]).toMatchObject({ 'x-forwarded-for': '127.0.0.1' })
  })

  test('keeps the fields of one hop to that hop, both ways', async () => {
    let seen: IncomingMessage['headers'] = {}
    const read = await service((req, res) => {
      seen = req.headers
      res.writeHead(200, {
        connection: 'x-internal',
        'x-internal': '1',
        'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
        etag: '"7"',
      })
      res.end('ok')
    })
    const { port } = await gateway({ readSideUrl: read.url })
    const answer = await sendRaw(
      port,
      'GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n' +
        'Proxy-Authorization: Basic x\r\nUpgrade: h2c\r\nIf-None-Match: "7"\r\n\r\n',
    )
    for (const name of ['x-hop', 'te', 'proxy-authorization', 'upgrade']) {
      expect(seen).not.toHaveProperty(name)
    }
    expect(seen['if-none-match']).toBe('"7"')
    expect(answer).not.toMatch(/x-internal/i)
    expect(answer).toMatch(/set-cookie: a=1; Path=\/\r\nset-cookie: b=2; Path=\//i)
  })

  test('frames every body, so that none is read as a request of its own', async () => {
    const seen: string[] = []
    const write = await service(async (req, res) => {
      seen.push(`${req.method} ${req.url} ${await text(req)}`)
      res.end()
    })
    const { port } = await gateway({ writeSideUrl: write.url })
    const smuggled = 'POST /smuggled HTTP/1.1\r\nHost: h\r\n\r\n'
    await sendRaw(
      port,
      'PATCH /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' +
        `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    )
    await sendRaw(
      port,
      `PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: ${smuggled.length}\r\nConnection: close\r\n\r\n${smuggled}`,
    )
    expect(seen).toEqual([`PATCH /a ${smuggled}`, `PUT /b ${smuggled}`])
    const both =
      'POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    expect(await sendRaw(port, both)).toMatch(/^HTTP\/1\.1 400 /)
    expect(seen).toHaveLength(2)
  })

  test('answers what is no HTTP with a 4xx and goes on', async () => {
    const { port, url } = await gateway()
    expect(await sendRaw(port, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*malformed-request/s)
    const huge = `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`
    expect(await sendRaw(port, huge)).toMatch(/^HTTP\/1\.1 431 /)
    const whole = 'GET http://elsewhere/posts HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
    expect(await sendRaw(port, whole)).toContain('read GET /posts')
    const star = 'GET * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
    expect(await sendRaw(port, star)).toMatch(/^HTTP\/1\.1 400 .*bad-request-target/s)
    expect((await fetch(url)).status).toBe(200)
  })

  test('streams 100 MB each way at the pace of whoever reads', async () => {
    const MIB = 1024 * 1024
    const chunk = Buffer.alloc(MIB, 1)
    /** What has been sent and not yet been received, at its most. */
    const underWay = { sent: 0, received: 0, most: 0 }
    const restart = () => Object.assign(underWay, { sent: 0, received: 0 })
    const body = function* () {
      for (let i = 0; i < 100; i++) {
        yield chunk
        underWay.sent += MIB
        underWay.most = Math.max(underWay.most, underWay.sent - underWay.received)
      }
    }
    const readSlowly = async (parts: AsyncIterable<Uint8Array>) => {
      for await (const part of parts) {
        underWay.received += part.length
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
      }
      return underWay.received
    }
    const write = await service(async (req, res) => {
      res.setHeader('x-received', await readSlowly(req))
      restart()
      await pipeline(Readable.from(body()), res).catch(() => {})
    })
    const { url } = await gateway({ writeSideUrl: write.url })
    const answer = await fetch(`${url}/upload`, {
      method: 'POST',
      body: Readable.toWeb(Readable.from(body())) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    expect(answer.headers.get('x-received')).toBe(String(100 * MIB))
    expect(await readSlowly(answer.body as unknown as AsyncIterable<Uint8Array>)).toBe(100 * MIB)
    // The sockets of two hops hold some 20 MiB where the system lets them grow; a gateway that reads ahead holds it all.
    expect(underWay.most).toBeLessThan(50 * MIB)
  })

  test('says 503 with Retry-After while a service is down, and passes on once it is back', async () => {
    const port = await freePort()
    const { url } = await gateway({ writeSideUrl: `http://127.0.0.1:${port}` })
    const problem = await fetch(`${url}/api/posts`, { method: 'POST', body: '{}' })
    expect(problem.status).toBe(503)
    expect(problem.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(problem.headers.get('content-type')).toBe('application/problem+json')
    expect(await problem.json()).toMatchObject({ status: 503, code: 'service-unavailable' })
    const page = await fetch(`${url}/posts`, { method: 'POST', headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('<h1>')])
    expect(await (await fetch(url)).text()).toBe('read GET /')

    await service(says('write'), port)
    expect((await fetch(`${url}/api/posts`, { method: 'POST' })).status).toBe(200)
  })

  test('repeats a read on a kept connection that the service closed, but never a write', async () => {
    let requests = 0
    const { url: flaky } = await service((req, res) => {
      // The second request on a connection meets its end, as when a service restarts.
      if (++requests % 2 === 0) req.socket.destroy()
      else res.end('ok')
    })
    const reading = await gateway({ readSideUrl: flaky })
    await (await fetch(reading.url)).text()
    expect((await fetch(reading.url)).status).toBe(200)
    expect(requests).toBe(3)

    requests = 0
    const writing = await gateway({ writeSideUrl: flaky })
    await (await fetch(writing.url, { method: 'POST', body: 'a' })).text()
    expect((await fetch(writing.url, { method: 'POST', body: 'b' })).status).toBe(503)
    expect(requests).toBe(2)
  })

  test('breaks off at the client when the service dies within its answer', async () => {
    const read = await service((req, res) => {
      res.writeHead(200)
      res.write('half', () => req.socket.destroy())
    })
    const { url } = await gateway({ readSideUrl: read.url })
    const answer = await fetch(url)
    await expect(answer.text()).rejects.toThrow()
  })

  test('tells the service when the client goes away', async () => {
    let gone = () => {}
    const wentAway = new Promise<void>(resolve => {
      gone = resolve
    })
    const read = await service((_req, res) => {
      res.once('close', gone)
      res.write('live stream')
    })
    const { port } = await gateway({ readSideUrl: read.url })
    const client = request({ host: '127.0.0.1', port, path: '/stream' }).end()
    const [answer] = (await once(client, 'response')) as [IncomingMessage]
    answer.once('error', () => {})
    await once(answer, 'data')
    client.destroy()
    await wentAway
  })

  test('gives up on a service that never answers, and says of writes what is not known', async () => {
    const silent = await service(() => {})
    const { url } = await gateway({
      ...{ readSideUrl: silent.url, writeSideUrl: silent.url, answerWithinMs: 50 },
    })
    const detailOf = async (method: string) => {
      const answer = await fetch(url, { method })
      const { code, detail } = (await answer.json()) as { code: string; detail: string }
      expect([answer.status, code]).toEqual([504, 'service-timeout'])
      return detail
    }
    expect(await detailOf('GET')).not.toMatch(/took effect/)
    expect(await detailOf('POST')).toMatch(/not known whether the request took effect/)
  })

  test('says that it is not known what became of a write that broke off, and only then', async () => {
    const breaking = await service(request => request.socket.destroy())
    const detailOf = async (url: string, method: string) =>
      ((await (await fetch(url, { method })).json()) as { detail: string }).detail
    const broken = await gateway({ readSideUrl: breaking.url, writeSideUrl: breaking.url })
    expect(await detailOf(broken.url, 'POST')).toMatch(/not known whether the request took effect/)
    expect(await detailOf(broken.url, 'GET')).not.toMatch(/took effect/)
    const away = await gateway({ writeSideUrl: `http://127.0.0.1:${await freePort()}` })
    expect(await detailOf(away.url, 'POST')).not.toMatch(/took effect/)
  })

  test('passes an early refusal of a large body back to the client', async () => {
    const write = await service((req, res) => {
      res.writeHead(413).end('too large')
      req.resume()
    })
    const { port } = await gateway({ writeSideUrl: write.url })
    const client = request({ host: '127.0.0.1', port, method: 'POST', path: '/' })
    client.on('error', () => {})
    client.write(Buffer.alloc(1024))
    const [answer] = (await once(client, 'response')) as [IncomingMessage]
    expect([answer.statusCode, (await buffer(answer)).toString()]).toEqual([413, 'too large'])
    client.destroy()
  })

  test.each([3, 20])(
    'passes on the refusal of %i MB by a service that closes without having read them',
    async megabytes => {
      const write = await rawService(socket => {
        socket.on('error', () => {})
        socket.once('data', () => {
          socket.pause()
          socket.write(
            'HTTP/1.1 413 Too Much\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large',
          )
          socket.destroySoon()
        })
      })
      const { url } = await gateway({ writeSideUrl: write })
      const body = 'x'.repeat(megabytes * 1_000_000)
      for (let time = 0; time < 10; time++) {
        const answer = await fetch(url, { method: 'POST', body })
        expect([answer.status, await answer.text()]).toEqual([413, 'too large'])
      }
    },
  )

  test('says so to a client still sending when a service closes without an answer', async () => {
    const write = await rawService(socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.destroy())
    })
    const { port } = await gateway({ writeSideUrl: write })
    const client = connect(port, '127.0.0.1')
    client.pause()
    client.write(
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\nConnection: close\r\n\r\n',
    )
    if (!client.write(Buffer.alloc(20_000_000))) await once(client, 'drain')
    expect(await text(client)).toMatch(/^HTTP\/1\.1 503 .*service-unavailable/s)
  })

  test('cuts a client that goes on sending after its answer, and goes on itself', async () => {
    const write = await service((_req, res) => {
      res.writeHead(413).end('too large')
    })
    const bytes = 2 * 1024 * 1024
    const mostDiscarded = { bytes, milliseconds: 600_000 }
    const { port, url } = await gateway({ writeSideUrl: write.url, mostDiscarded })
    const client = connect(port, '127.0.0.1')
    client.on('error', () => {})
    let received = ''
    client.on('data', part => {
      received += part
    })
    const part = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    client.write('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n')
    const sendOn = (error?: Error | null) => {
      if (!error) client.write(part, sendOn)
    }
    sendOn()
    await new Promise(resolve => client.once('close', resolve))
    expect(received).toMatch(/^HTTP\/1\.1 413 .*too large/s)
    expect(client.bytesWritten).toBeGreaterThan(bytes)
    expect((await fetch(url)).status).toBe(200)
  })

  test('refuses what is more than it can hold at once', async () => {
    let entered = () => {}
    const inside = new Promise<void>(resolve => {
      entered = resolve
    })
    let release = () => {}
    const read = await service((_req, res) => {
      release = () => res.end('ok')
      entered()
    })
    const { url } = await gateway({ readSideUrl: read.url, maxInFlight: 1 })
    const first = fetch(url)
    await inside
    const second = await fetch(url)
    expect([second.status, await codeOf(second)]).toEqual([503, 'overloaded'])
    expect(second.headers.get('retry-after')).toBe('2')
    release()
    expect((await first).status).toBe(200)
  })

  test('answers for itself: live, ready with what it reaches, metrics', async () => {
    const down = `http://127.0.0.1:${await freePort()}`
    const { url } = await gateway({ writeSideUrl: down })
    await (await fetch(`${url}/posts`)).text()
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    const ready = await fetch(`${url}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        checks: {
          'read-side': { ok: true },
          'write-side': { ok: false, detail: expect.stringContaining('ECONNREFUSED') },
        },
      },
    ])
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'gateway_requests_total{service="read-side",status="2xx"} 1',
    )
    let lookedAt = 0
    const looking = await service((_req, res) => {
      lookedAt++
      setTimeout(() => res.end('ok'), 100)
    })
    const asked = await gateway({ readSideUrl: looking.url })
    const probes = Array.from({ length: 20 }, () => fetch(`${asked.url}/health/ready`))
    expect((await Promise.all(probes)).every(({ ok }) => ok)).toBe(true)
    expect(lookedAt).toBeLessThan(20)
    const blind = await gateway({ readSideUrl: down, writeSideUrl: down })
    expect((await fetch(`${blind.url}/health/ready`)).status).toBe(503)
  })
})
