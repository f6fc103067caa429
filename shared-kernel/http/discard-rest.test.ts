// Real connections, since what is tested is what becomes of bytes that nobody wanted.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DiscardBounds } from './discard-rest.ts'
import { type Listening, listen } from './listen.ts'
import { defineRoute } from './route.ts'
import { testApp } from './testing/test-app.ts'

const KIB = 1024
const MIB = 1024 * KIB

const length = defineRoute({
  method: 'post',
  path: '/api/length',
  summary: 'Answers how much it was sent',
  tags: [],
  body: z.strictObject({ text: z.string() }),
  answers: { 200: z.strictObject({ length: z.int() }) },
  handle: ({ body }) => ({ status: 200, body: { length: body.text.length } }),
})

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function server(mostDiscarded?: DiscardBounds): Promise<Listening> {
  const { app } = testApp([length])
  const bounds = mostDiscarded && { mostDiscarded }
  const listening = await listen(app, { host: '127.0.0.1', port: 0, ...bounds })
  cleanups.push(() => listening.stop())
  return listening
}

async function client({ port }: Listening): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  // A cut is what some of these wait for; it comes as a reset to whoever is sending.
  socket.on('error', () => {})
  cleanups.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

const header = (framing: string, path = '/api/length') =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`
const post = (body: string, path?: string) =>
  header(`Content-Length: ${Buffer.byteLength(body)}`, path) + body
const closing = (request: string) => request.replace('\r\n', '\r\nConnection: close\r\n')
const filler = Buffer.alloc(64 * KIB, 'x')
const chunk = Buffer.concat([Buffer.from('10000\r\n'), filler, Buffer.from('\r\n')])

/** Sends it all before it reads anything. */
async function sendThenRead(socket: Socket, text: string): Promise<string> {
  socket.pause()
  socket.write(text)
  if (socket.writableNeedDrain) await once(socket, 'drain')
  let received = ''
  for await (const part of socket) received += part
  return received
}

/** Sends without an end, for as long as there is a connection, and returns all that came back. */
async function sendOn(socket: Socket, part: Buffer): Promise<string> {
  let received = ''
  socket.on('data', text => {
    received += text
  })
  while (!socket.destroyed) {
    if (socket.write(part)) await setImmediate()
    else await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {})
  }
  return received
}

describe('a body that is too large', () => {
  it.each([3, 20])(
    'of %i MB is answered, also to a client that reads only once it has sent all',
    async megabytes => {
      const listening = await server()
      const body = JSON.stringify({ text: 'x'.repeat(megabytes * 1_000_000) })
      const answer = await fetch(`http://127.0.0.1:${listening.port}/api/length`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body-too-large' }])

      // The connection goes on: what follows is read as a request of its own.
      const received = await sendThenRead(
        await client(listening),
        post(body) + closing(post('{"text":"four"}')),
      )
      expect(received).toMatch(
        /^HTTP\/1\.1 413 .*body-too-large.*HTTP\/1\.1 200 .*\{"length":4\}$/s,
      )
    },
  )

  it('is answered whole, too, when the client wants the connection closed', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(20_000_000) })
    const received = await sendThenRead(await client(await server()), closing(post(body)))
    expect(received).toMatch(/^HTTP\/1\.1 413 .*Connection: close.*body-too-large.*\}$/s)
  })

  it('and has no end is answered, and cut once it has gone on for too long', async () => {
    const bounds = { bytes: 2 * MIB, milliseconds: 600_000 }
    const socket = await client(await server(bounds))
    socket.write(header('Transfer-Encoding: chunked'))
    expect(await sendOn(socket, chunk)).toMatch(/^HTTP\/1\.1 413 .*body-too-large/s)
    expect(socket.bytesWritten).toBeGreaterThan(bounds.bytes)
  })

  it('and trickles without an end is cut once its time is over', async () => {
    const socket = await client(await server({ bytes: 64 * MIB, milliseconds: 50 }))
    socket.write(header(`Content-Length: ${100 * MIB}`))
    const [answer] = await once(socket, 'data')
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    await once(socket, 'close')
  })
})

describe('a body that nobody asked for', () => {
  it('is read past, and the connection goes on', async () => {
    const received = await sendThenRead(
      await client(await server()),
      post('x'.repeat(5 * MIB), '/api/none') + closing(post('{"text":"four"}')),
    )
    expect(received).toMatch(/^HTTP\/1\.1 404 .*HTTP\/1\.1 200 .*\{"length":4\}$/s)
  })

  it('is cut when it has no end, also when much of it waits already', { repeats: 10 }, async () => {
    const bounds = { bytes: 2 * MIB, milliseconds: 600_000 }
    const socket = await client(await server(bounds))
    socket.write(header('Transfer-Encoding: chunked', '/api/none'))
    expect(await sendOn(socket, chunk)).toMatch(/^HTTP\/1\.1 404 /)
    expect(socket.bytesWritten).toBeGreaterThan(bounds.bytes)
  })
})
