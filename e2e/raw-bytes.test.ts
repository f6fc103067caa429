// Bytes that are no HTTP, at every port of the house: nobody dies of them, and no log keeps them.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { ProcessName } from '@cryptotalks/platform/start'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startWorld, type World } from './testing/world.ts'

let world: World
const lines: string[] = []

beforeAll(async () => {
  world = await startWorld({ onLine: line => lines.push(line) })
}, 300_000)
afterAll(() => world?.end(), 60_000)

const secret = 'hunter2-of-a-stranger'
const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${secret}\r\n`
const packets: readonly Buffer[] = [
  '\x01\x02 garbage',
  `${head('/api/me')}\r\n\x01\x02 ${secret}`,
  `${head('/health/live')}\r\n\x1b[2J\x9b${secret}\r\n\r\n`,
  `${head('/health/ready')}${secret}\r\n\r\n`,
  `${head('/')}X: ${'y'.repeat(200_000)}\r\n\r\n`,
  `POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${secret}`,
  `POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"password":"${secret}`,
  '\x16\x03\x01\x02\x00\x01\x00',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff',
  '\x00'.repeat(70_000),
].map(packet => Buffer.from(packet, 'latin1'))

/** Sends it and says no more; resolves when the connection is over, whoever ended it. */
async function send(port: number, packet: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1', () => socket.end(packet))
  socket.on('error', () => undefined)
  socket.resume()
  // Some hold on to a connection that is half closed: then we go.
  socket.setTimeout(1_000, () => socket.destroy())
  await new Promise(resolve => socket.once('close', resolve))
}

const names: readonly ProcessName[] = [
  ...(['gateway', 'read-side', 'write-side', 'projections', 'rates-feed'] as const),
  ...(['event-store', 'postgres', 'keyring'] as const),
]

it.each(names)(
  '%s lives on',
  async name => {
    const { port, pid } = world.process(name)
    for (const packet of packets) await send(port, packet)
    await world.process(name).untilReady()
    expect(world.process(name).pid).toBe(pid)
    expect(world.process(name).restarts).toBe(0)
  },
  60_000,
)

it('leaves no word of them in a log or on the terminal', () => {
  const logs = names
    .filter(name => name !== 'postgres' && name !== 'keyring')
    .map(name => readFileSync(join(world.dataDir, 'logs', `${name}.log`), 'utf8'))
  for (const text of [...logs, lines.join('\n')]) {
    expect(text).not.toContain(secret)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  }
})
