// A process that hangs (stopped, deadlocked, busy for ever) is told of, started again, and takes nothing with it.
import type { ProcessName } from '@cryptotalks/platform/start'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, member, type Person, someAccount, visit } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { untilProjected } from './testing/read-models.ts'
import { until } from './testing/until.ts'
import { startWorld, type World } from './testing/world.ts'

const lines: string[] = []
let world: World
let author: Person

beforeAll(async () => {
  world = await startWorld({ silentMs: 3_000, onLine: line => lines.push(line) })
  author = await member(world.url, someAccount('patient'))
}, 300_000)
afterAll(() => world?.end(), 60_000)

const titles = async (): Promise<string[]> => {
  const { body } = expectStatus(200, await visit(world.url).get('/api/posts?limit=100'))
  return (body as { items: { title: string }[] }).items.map(({ title }) => title)
}

it.each<ProcessName>(['read-side', 'projections', 'event-store', 'postgres'])(
  '%s: is named on the terminal and started again, with everything as it was',
  async name => {
    const title = `Before ${name} hung`
    expectStatus(201, await author.post('/api/posts', somePost(title)))
    await untilProjected(world)
    const process_ = world.process(name)
    const hung = process_.pid as number
    process.kill(hung, 'SIGSTOP')
    await until(
      'the terminal names it',
      async () =>
        lines.some(line => line.startsWith(name) && line.includes('says nothing any more')) ||
        undefined,
    )
    await until('it runs again', async () => (process_.pid ?? hung) !== hung || undefined)
    await process_.untilReady()
    await untilProjected(world)
    await until('it is read again', async () => (await titles()).includes(title) || undefined)
  },
  120_000,
)

it('never restarts a process that only waits for another', async () => {
  const before = world.process('write-side').restarts
  await world.process('event-store').hold()
  await until('the write side misses it', async () => {
    const ready = await fetch(`${world.process('write-side').url}/health/ready`)
    return ready.status === 503 || undefined
  })
  expect((await fetch(`${world.process('write-side').url}/health/live`)).status).toBe(200)
  world.process('event-store').release()
  await world.process('event-store').untilReady()
  expect(world.process('write-side').restarts).toBe(before)
})
