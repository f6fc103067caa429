import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { limitsConfig, limitsFrom } from '../limits/limits-config.ts'
import { createSecrets } from '../secrets.ts'
import { createLimitsInPostgres, type LimitsStore } from './limits-in-postgres.ts'

const secrets = createSecrets(randomBytes(32))
const logger = createLogger({ name: 'test', level: 'silent' })
const limits = limitsFrom(limitsConfig.parse({ LIMIT_SIGN_UPS_PER_ADDRESS: '3/600' }))

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres?.stop())

const opened: LimitsStore[] = []
/** What one process has of the limits. */
function aProcess(connectionString = postgres.connectionString): LimitsStore {
  const store = createLimitsInPostgres({ connectionString, limits, secrets, logger })
  opened.push(store)
  return store
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map(store => store.close()))
})

const takes = async (store: LimitsStore, times: number, key: string) => {
  const allowed: boolean[] = []
  for (let n = 0; n < times; n++)
    allowed.push((await store.take('sign-ups-per-address', key)).allowed)
  return allowed
}

describe('limits', () => {
  it('are shared by all processes, kept under hashes, and not by another name or key', async () => {
    const [one, other, key] = [aProcess(), aProcess(), `192.0.2.1 ${randomUUID()}`]
    expect(await takes(one, 2, key)).toEqual([true, true])
    expect(await takes(other, 2, key)).toEqual([true, false])
    expect((await one.take('sign-in-failures-per-address', key)).allowed).toBe(true)
    expect((await one.take('sign-ups-per-address', randomUUID())).allowed).toBe(true)
    const client = new Client({ connectionString: postgres.connectionString })
    await client.connect()
    const { rows } = await client.query('select * from limits.taken')
    expect(rows.length).toBeGreaterThanOrEqual(3)
    expect(JSON.stringify(rows)).not.toContain('192.0.2')
    await client.end()
  })

  it('let no more through at once than one after the other', async () => {
    const [store, key] = [aProcess(), randomUUID()]
    const all = await Promise.all(
      Array.from({ length: 20 }, () => store.take('sign-ups-per-address', key)),
    )
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(3)
  })

  it('keep nobody out for longer than they say, where they were counted by a clock that was ahead', async () => {
    const [store, key] = [aProcess(), randomUUID()]
    expect(await takes(store, 4, key)).toEqual([true, true, true, false])
    const client = new Client({ connectionString: postgres.connectionString })
    await client.connect()
    await client.query('update limits.taken set expire = expire + 2 * 86400000')
    await client.end()
    expect(await takes(store, 4, key)).toEqual([true, true, true, false])
  })

  it('count no more what is given back or forgotten', async () => {
    const [store, key] = [aProcess(), randomUUID()]
    for (let n = 0; n < 6; n++) {
      expect(await takes(store, 1, key)).toEqual([true])
      await store.giveBack('sign-ups-per-address', key)
    }
    await takes(store, 4, key)
    await store.forget('sign-ups-per-address', key)
    expect(await takes(store, 4, key)).toEqual([true, true, true, false])
  })
})

describe('limits whose database', () => {
  const sockets = new Set<Socket>()
  let silent: Server
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    silent?.close()
  })

  it('takes connections and never answers hold, and keep nobody waiting for long', async () => {
    silent = createServer(socket => sockets.add(socket))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { readonly port: number }
    const store = aProcess(`postgres://nobody:nothing@127.0.0.1:${port}/none`)
    expect(await takes(store, 4, 'a')).toEqual([true, true, true, false])
    expect(await takes(store, 1, 'b')).toEqual([true])
    // Asked once or twice, and then left alone: each ask is a connection.
    expect(sockets.size).toBeLessThanOrEqual(3)
  })

  it('goes away go on from what this process has counted itself', async () => {
    const leaving = await startTestPostgres()
    const store = aProcess(leaving.connectionString)
    expect(await takes(store, 2, 'c')).toEqual([true, true])
    await leaving.kill()
    expect(await takes(store, 2, 'c')).toEqual([true, false])
    await leaving.stop()
  })

  it('is lost and comes back empty are counted there again', async () => {
    const [store, key] = [aProcess(), randomUUID()]
    expect(await takes(store, 4, key)).toEqual([true, true, true, false])
    const client = new Client({ connectionString: postgres.connectionString })
    await client.connect()
    await client.query('drop schema limits cascade')
    expect(await takes(store, 4, key)).toEqual([true, true, true, false])
    expect(await takes(aProcess(), 1, key)).toEqual([false])
    await client.end()
  })
})
