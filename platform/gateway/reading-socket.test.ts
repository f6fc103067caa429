import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ReadingSocket } from './reading-socket.ts'

test('what came in is read after writing has failed', async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Paused before it is connected, so that nothing is read until we say so.
  const client = new ReadingSocket().pause()
  client.connect(server.address() as { port: number })
  const [peer] = (await once(server, 'connection')) as [Socket]
  await new Promise(resolve => client.write('a request that is not read', resolve))
  peer.end('the answer')
  peer.destroySoon()
  await once(peer, 'close')
  for (let writes = 0; writes < 3; writes++)
    await new Promise<void>((resolve, reject) => {
      client.write('more', error => (error ? reject(error) : resolve()))
    })
  expect(await text(client)).toBe('the answer')
  server.close()
})
