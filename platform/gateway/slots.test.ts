// However much one address asks for, others are served; and what is refused is told why, and when to come again.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Slots } from './slots.ts'
import { startService, startTestGateway } from './testing/behind-gateway.ts'

/** As if each came from an address of its own. */
const from = (address: string) => ({ 'x-forwarded-for': address })

async function refusalOf(answer: Response) {
  const { code } = (await answer.json()) as { code: string }
  return [answer.status, code, answer.headers.get('retry-after')]
}

/** A service that says when it has been asked, and answers when it is told to. */
async function patientService() {
  const waiting: (() => void)[] = []
  let asked = () => {}
  const url = await startService((request, response) => {
    request.resume()
    waiting.push(() => response.end('ok'))
    asked()
  })
  return {
    url,
    async until(count: number) {
      while (waiting.length < count)
        await new Promise<void>(resolve => {
          asked = resolve
        })
    },
    answerAll: () => {
      for (const answer of waiting.splice(0)) answer()
    },
  }
}

/** Sends the header of a request and one byte of its body, from this address. */
async function startSlowBody(port: number, address: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(
    `POST /api/previews HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Length: 1000\r\n\r\nx`,
  )
  await once(socket, 'connect')
  return socket
}

test('a slot is counted for its address and in all, and given up once', () => {
  const slots = new Slots({ inAll: 3, perAddress: 2 })
  const first = slots.take('a')
  slots.take('a')
  expect(slots.take('a')).toBe('address')
  slots.take('b')
  expect(slots.take('c')).toBe('all')
  if (typeof first === 'string') throw new Error('There was a slot.')
  first()
  first()
  expect(slots.taken).toBe(2)
  expect(typeof slots.take('a')).toBe('function')
  expect(slots.take('a')).toBe('address')
})

test('1,050 slow bodies of one address leave reading and writing to all others', async () => {
  const service = await patientService()
  const { url, port } = await startTestGateway({ trustProxy: true, writeSideUrl: service.url })
  const slow = await Promise.all(
    Array.from({ length: 1_050 }, () => startSlowBody(port, '2001:db8::1')),
  )
  // The refused ones have their answers: from then on the others hold all that they can.
  const refused = await Promise.all(
    slow.map(socket =>
      Promise.race([once(socket, 'data'), service.until(64).then(() => undefined)]),
    ),
  )
  const answers = refused.flatMap(data => (data === undefined ? [] : [String(data[0])]))
  expect(answers.every(answer => answer.startsWith('HTTP/1.1 429 '))).toBe(true)
  const read = await fetch(url, { headers: from('2001:db8:0:1::1') })
  expect(read.status).toBe(200)
  const write = fetch(`${url}/api/posts`, {
    ...{ method: 'POST', body: 'x' },
    headers: from('2001:db8:0:1::1'),
  })
  await service.until(65)
  service.answerAll()
  expect((await write).status).toBe(200)
}, 60_000)

test('an address with as many requests under way as it may have is told to wait, another is served', async () => {
  const service = await patientService()
  const { url } = await startTestGateway({
    ...{ trustProxy: true, readSideUrl: service.url, maxInFlightPerAddress: 3 },
  })
  // One line, three of its addresses.
  const first = ['::1', '::2', '::3'].map(end =>
    fetch(url, { headers: from(`2001:db8:0:7${end}`) }),
  )
  await service.until(3)
  const fourth = await fetch(url, { headers: from('2001:db8:0:7::4') })
  expect(await refusalOf(fourth)).toEqual([429, 'too-many-from-address', '2'])
  const other = fetch(url, { headers: from('2001:db8:0:8::1') })
  await service.until(4)
  service.answerAll()
  expect((await Promise.all([...first, other])).map(({ status }) => status)).toEqual(
    Array(4).fill(200),
  )
  const again = fetch(url, { headers: from('2001:db8:0:7::4') })
  await service.until(1)
  service.answerAll()
  expect((await again).status).toBe(200)
})

test('without a trusted proxy the peer is the address, whatever a client claims', async () => {
  const service = await patientService()
  const { url } = await startTestGateway({ readSideUrl: service.url, maxInFlightPerAddress: 1 })
  const first = fetch(url, { headers: from('1.1.1.1') })
  await service.until(1)
  expect((await fetch(url, { headers: from('2.2.2.2') })).status).toBe(429)
  service.answerAll()
  expect((await first).status).toBe(200)
})

test('a body that comes too slowly is given up, and the service is left alone', async () => {
  let gone = () => {}
  const wentAway = new Promise<void>(resolve => {
    gone = resolve
  })
  const writeSideUrl = await startService((request, response) => {
    request.resume()
    response.once('close', gone)
  })
  const { port } = await startTestGateway({ writeSideUrl, lookAtBodiesEveryMs: 50 })
  const socket = await startSlowBody(port, '1.1.1.1')
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 408 .*connection: close.*request-timeout/is)
  await wentAway
})

test('a body that the service is slow to take is not its sender to blame for', async () => {
  let take = () => {}
  const writeSideUrl = await startService((request, response) => {
    take = () => request.resume()
    request.on('end', () => response.end('ok'))
  })
  const { url } = await startTestGateway({ writeSideUrl, lookAtBodiesEveryMs: 20 })
  const answer = fetch(url, { method: 'POST', body: 'x'.repeat(16_000_000) })
  // Several looks long, nothing moves.
  await new Promise(resolve => setTimeout(resolve, 200))
  take()
  expect((await answer).status).toBe(200)
})

test('live streams have slots of their own, and none of the requests', async () => {
  const readSideUrl = await startService((request, response) => {
    if (request.url === '/') return response.end('ok')
    response.setHeader('content-type', 'text/event-stream')
    return response.write(': here\n\n')
  })
  const { url } = await startTestGateway({
    ...{ trustProxy: true, readSideUrl, maxInFlight: 1 },
    ...{ maxLongAnswers: 3, maxLongAnswersPerAddress: 2 },
  })
  const cut = new AbortController()
  onTestFinished(() => cut.abort())
  const stream = (address: string) =>
    fetch(`${url}/live`, { headers: from(address), signal: cut.signal })
  const statuses: number[] = []
  for (const address of ['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2', '3.3.3.3'])
    statuses.push((await stream(address)).status)
  expect(statuses).toEqual([200, 200, 429, 200, 503])
  expect((await fetch(url)).status).toBe(200)
})

test('an answer that takes its reader long counts as a stream from then on', async () => {
  let end = () => {}
  const readSideUrl = await startService((request, response) => {
    if (request.url === '/') return response.end('ok')
    end = () => response.end('last')
    return response.write('first')
  })
  const { url } = await startTestGateway({
    ...{ readSideUrl, maxInFlight: 1, longAfterMs: 50, maxLongAnswers: 1 },
  })
  const long = await fetch(`${url}/long`)
  while ((await fetch(url)).status !== 200) await new Promise(setImmediate)
  end()
  expect(await long.text()).toBe('firstlast')
})

test('a reader that takes nothing is let go', async () => {
  const readSideUrl = await startService((_request, response) => {
    const writeOn = () => {
      while (response.write(Buffer.alloc(65_536)));
      response.once('drain', writeOn)
    }
    response.once('close', gone)
    writeOn()
  })
  let gone = () => {}
  const wentAway = new Promise<void>(resolve => {
    gone = resolve
  })
  const { port } = await startTestGateway({ readSideUrl, silentAtMostMs: 100 })
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await wentAway
})

test('an address with as many connections as it may have is told so on the next', async () => {
  const { port, url } = await startTestGateway({
    maxConnectionsPerAddress: 2,
    idleAtMostMs: 60_000,
  })
  const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  onTestFinished(() => open.forEach(socket => void socket.destroy()))
  await Promise.all(open.map(socket => once(socket, 'connect')))
  const answer = await fetch(url, { headers: { connection: 'close' } })
  expect(await refusalOf(answer)).toEqual([429, 'too-many-from-address', '2'])
  open[0]?.destroy()
  let status = 429
  while (status !== 200) ({ status } = await fetch(url, { headers: { connection: 'close' } }))
})

test('what one address opens beyond that is closed at once, so that it can not fill up all there is', async () => {
  const { port } = await startTestGateway({ maxConnectionsPerAddress: 2, idleAtMostMs: 60_000 })
  const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => sockets.forEach(socket => void socket.destroy()))
  // Two have a slot and sixteen may ask why they have none; they are let go only later.
  let closed = 0
  await new Promise<void>(resolve => {
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.once('close', () => {
        if (++closed === 82) resolve()
      })
    }
  })
  expect(closed).toBe(82)
})
