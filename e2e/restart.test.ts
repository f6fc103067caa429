// The start command through its life: started, stopped, started again, killed, started twice, started on a taken port.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildAll } from './testing/build-all.ts'
import { type CommandLine, startCommand } from './testing/command-line.ts'
import { expectStatus, member, someAccount, visit } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { until } from './testing/until.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'cryptotalks-restart-'))
const env = { DATA_DIR: dataDir, PORT: '0' }
const started: CommandLine[] = []

const start = (more: Readonly<Record<string, string>> = {}): CommandLine => {
  const command = startCommand({ ...env, ...more })
  started.push(command)
  return command
}
const urlOf = async (command: CommandLine): Promise<string> =>
  (await command.shows(/running: (http\S+)/))[1] as string

beforeAll(buildAll, 240_000)
afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGTERM')
    await ended
  }
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

/** A port that somebody else listens on. */
async function takenPort() {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { port, free: () => new Promise(resolve => server.close(resolve)) }
}

describe('npm start', () => {
  let first: CommandLine
  const account = someAccount('returning')

  it('fills an empty site with posts that can be read, and prints its address', async () => {
    first = start()
    const url = await urlOf(first)
    await until('the posts are there', async () => {
      const { body } = expectStatus(200, await visit(url).get('/api/posts?limit=100'))
      return (body as { items: unknown[] }).items.length >= 24 ? true : undefined
    })
    const writer = await member(url, account)
    expectStatus(201, await writer.post('/api/posts', somePost('Before the restart')))
  }, 180_000)

  it('says so when it already runs on the folder, and where', async () => {
    const url = await urlOf(first)
    const second = start()
    expect(await second.ended).not.toBe(0)
    expect(second.screen()).toContain(url)
    expect(second.screen()).toMatch(/already runs/i)
    expectStatus(200, await visit(url).get('/api/posts'))
  }, 60_000)

  it('stops cleanly on Ctrl-C', async () => {
    const url = await urlOf(first)
    first.signal('SIGINT')
    expect(await first.ended).toBe(0)
    await expect(visit(url).get('/api/posts')).rejects.toThrow()
  }, 60_000)

  it('has everything again at the next start, and no demo content twice', async () => {
    const again = start()
    const url = await urlOf(again)
    const { body } = expectStatus(200, await visit(url).get('/api/posts?limit=100'))
    const titles = (body as { items: { title: string }[] }).items.map(({ title }) => title)
    expect(titles[0]).toBe('Before the restart')
    expect(new Set(titles).size).toBe(titles.length)
    const { username: login, password } = account
    expectStatus(201, await visit(url).post('/api/sessions', { login, password }))
    again.signal('SIGKILL')
    await again.ended
  }, 120_000)

  it('takes over what a kill -9 left behind', async () => {
    const after = start()
    const url = await urlOf(after)
    const { body } = expectStatus(200, await visit(url).get('/api/posts?limit=1'))
    expect((body as { items: { title: string }[] }).items[0]?.title).toBe('Before the restart')
    after.signal('SIGTERM')
    expect(await after.ended).toBe(0)
  }, 120_000)

  it('names a port that is taken and says what to do', async () => {
    const taken = await takenPort()
    const refused = start({ PORT: String(taken.port) })
    expect(await refused.ended).not.toBe(0)
    expect(refused.screen()).toContain(String(taken.port))
    expect(refused.screen()).toContain('PORT')
    await taken.free()
  }, 60_000)
})
