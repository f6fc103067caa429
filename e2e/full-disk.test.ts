// The disk beneath the event store is full: people and operators read so in words, nothing stored is lost, and it goes on by itself.
import { execFileSync } from 'node:child_process'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, member, type Person, someAccount, visit } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { untilProjected } from './testing/read-models.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

const mib = 1024 * 1024
const lines: string[] = []
let world: World
let author: Person
let client: EventStoreDBClient

beforeAll(async () => {
  world = await startWorld({ onLine: line => lines.push(line) })
  client = EventStoreDBClient.connectionString(world.eventStoreUrl)
  author = await member(world.url, someAccount('thrifty'))
  expectStatus(201, await author.post('/api/posts', somePost('Before the disk was full')))
  await untilProjected(world)
}, 300_000)
afterAll(async () => {
  await client?.dispose()
  await world?.end()
}, 60_000)

/** Beyond it the system refuses the event store's files to grow, in the way that a full disk does. */
const limitFiles = (bytes: number | 'unlimited') =>
  execFileSync('prlimit', [
    `--pid=${world.process('event-store').pid}`,
    `--fsize=${bytes}:unlimited`,
  ])

/** Takes all the room there is, down to that of the smallest event. */
async function fill(): Promise<void> {
  for (const size of [100_000, 10_000, 1_000, 1]) {
    const takes = () =>
      client.appendToStream('filler', jsonEvent({ type: 'Filler', data: 'x'.repeat(size) })).then(
        () => true,
        () => false,
      )
    for (let n = 0; await takes(); n++)
      if (n > 1_000) throw new Error('The event store took it all')
  }
}

const titles = async (): Promise<string[]> => {
  const { body } = expectStatus(200, await visit(world.url).get('/api/posts?limit=100'))
  return (body as { items: { title: string }[] }).items.map(({ title }) => title)
}
const readiness = async (name: 'write-side' | 'rates-feed') => {
  const answer = await fetch(`${world.process(name).url}/health/ready`)
  return { status: answer.status, text: await answer.text() }
}

describe.skipIf(process.platform !== 'linux')('a full disk', () => {
  const draft = somePost('Written while the disk was full')

  it('is told to whoever writes, with what becomes of it', async () => {
    limitFiles(2 * mib)
    await fill()
    const answer = expectStatus(
      503,
      await author.post('/api/posts', draft, { key: 'kept-for-later' }),
    )
    expect((answer.body as { detail: string }).detail).toMatch(/disk of this site is full.*Keep/)
    expect(answer.headers.get('retry-after')).toBe('60')
    // Where our files lie is nobody's business.
    expect(answer.text).not.toContain(world.dataDir)
  }, 120_000)

  it('is told on the terminal, with the folder', async () => {
    const words = `there is no room left in ${world.dataDir}`
    await until(
      'the terminal tells',
      async () => lines.some(line => line.includes(words)) || undefined,
    )
    expect(lines.join('\n')).toMatch(/write-side .*POST \/api\/posts answered 503/)
  })

  it.each(['write-side', 'rates-feed'] as const)(
    'is told by the health of %s',
    async name => {
      const told = await until('it tells', async () => {
        const { status, text } = await readiness(name)
        return status === 503 ? text : undefined
      })
      expect(told).toContain('no space left on the disk that holds the event store')
    },
    60_000,
  )

  it('keeps nobody from reading what was stored', async () => {
    expect(await titles()).toEqual(['Before the disk was full'])
  })

  it('is over as soon as there is room, without a restart', async () => {
    const pid = world.process('event-store').pid
    limitFiles('unlimited')
    await until('it is stored', async () => {
      const answer = await author.post('/api/posts', draft, { key: 'kept-for-later' })
      return answer.status === 201 || undefined
    })
    await untilProjected(world)
    expect(await titles()).toEqual(['Written while the disk was full', 'Before the disk was full'])
    expect((await readiness('write-side')).status).toBe(200)
    expect(world.process('event-store').pid).toBe(pid)
  }, 60_000)
})
