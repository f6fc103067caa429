// What people and operators see when a key, the keyring or the log is lost, exchanged, or restored from an older backup.
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Platform, startPlatform } from '@cryptotalks/platform/start'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildAll } from './testing/build-all.ts'
import { startCommand } from './testing/command-line.ts'
import {
  type Account,
  codeOf,
  expectStatus,
  member,
  positionOf,
  someAccount,
  visit,
} from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { until } from './testing/until.ts'

const root = mkdtempSync(join(tmpdir(), 'cryptotalks-restored-'))
const folder = (name: string) => join(root, name)
const ann = someAccount('ann')
const bob = someAccount('bob')

let running: Platform | undefined
let lines: string[] = []

async function start(dataDir: string): Promise<Platform> {
  lines = []
  const onLine = (line: string) => void lines.push(line)
  const env = { NODE_ENV: 'production', LOG_LEVEL: 'info' }
  running = await startPlatform({ dataDir, seed: false, durable: false, env, onLine })
  return running
}
async function stop(): Promise<void> {
  await running?.stop()
  running = undefined
}

/** What `npm start` says and how it ends, where it does not start. */
async function refusal(dataDir: string, env: Readonly<Record<string, string>> = {}) {
  const settings = { DATA_DIR: dataDir, PORT: '0', DEMO_CONTENT: 'off' }
  const command = startCommand({ ...settings, ...env })
  const code = await command.ended
  return { code, words: command.screen().trim().split('\n').at(-1) ?? '' }
}

/** A folder's content, as a backup taken while nothing runs. */
const copy = (from: string, to: string) =>
  cpSync(from, to, { recursive: true, preserveTimestamps: true })

/** A copy of the newest state with parts of another one in the place of its own. */
function mixed(name: string, parts: Readonly<Record<string, string>>): string {
  copy(folder('newest'), folder(name))
  for (const [part, from] of Object.entries(parts)) {
    rmSync(join(folder(name), part), { recursive: true, force: true })
    copy(join(folder(from), part), join(folder(name), part))
  }
  return folder(name)
}

async function signIn(url: string, { username: login, password }: Account) {
  const person = visit(url)
  return { person, answer: await person.post('/api/sessions', { login, password }) }
}
async function titles(url: string, after?: bigint): Promise<string[]> {
  const headers = after === undefined ? {} : { 'cryptotalks-after': String(after) }
  const answer = await until('the list is complete', async () => {
    const asked = await visit(url).get('/api/posts?limit=100', { headers })
    return asked.status === 200 ? asked : undefined
  })
  return (answer.body as { items: { title: string }[] }).items.map(({ title }) => title)
}

beforeAll(async () => {
  await buildAll()
  const { url } = await start(folder('newest'))
  const writer = await member(url, ann)
  await titles(url, positionOf(await writer.post('/api/posts', somePost('Before the backup'))))
  await stop()
  copy(folder('newest'), folder('older'))

  const { url: again } = await start(folder('newest'))
  const { person } = await signIn(again, ann)
  await person.post('/api/posts', somePost('After the backup'))
  const newcomer = await member(again, bob)
  await titles(again, positionOf(await newcomer.post('/api/posts', somePost('By the newcomer'))))
  await stop()

  const { url: elsewhere } = await start(folder('other'))
  await member(elsewhere, someAccount('stranger'))
  await stop()
}, 300_000)
afterEach(stop, 60_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a start refuses in one sentence, and changes nothing', () => {
  const aside = (part: string) => join(root, `aside-${part}`)
  const without = async (part: string) => {
    const dataDir = folder('newest')
    renameSync(join(dataDir, part), aside(part))
    try {
      return await refusal(dataDir)
    } finally {
      rmSync(join(dataDir, part), { recursive: true, force: true })
      renameSync(aside(part), join(dataDir, part))
    }
  }
  it('under another master key, so that no name is given away', async () => {
    const other = Buffer.alloc(32, 7).toString('base64')
    const { code, words } = await refusal(folder('newest'), { MASTER_KEY: other })
    expect(code).toBe(1)
    expect(words).toMatch(/^MASTER_KEY is not the key that this site was founded with: .+\.$/)
  }, 120_000)

  it('without the keyring', async () => {
    const { code, words } = await without('keyring')
    expect(code).toBe(1)
    expect(words).toContain(`The keyring ${join(folder('newest'), 'keyring')} is empty`)
    expect(words).toContain('backup')
  }, 120_000)

  it('without the log', async () => {
    const { code, words } = await without('event-store')
    expect(code).toBe(1)
    expect(words).toContain(join(folder('newest'), 'event-store'))
    expect(words).toContain('does not hold the log')
    expect(words).toContain('backup')
  }, 120_000)

  it('on the keyring of another site', async () => {
    const dataDir = mixed('with-other-keyring', { keyring: 'other' })
    const { code, words } = await refusal(dataDir)
    expect(code).toBe(1)
    expect(words).toContain(`The keyring ${join(dataDir, 'keyring')} belongs to another site`)
  }, 120_000)

  it('on the log of another site', async () => {
    const dataDir = mixed('with-other-log', { 'event-store': 'other' })
    const { code, words } = await refusal(dataDir)
    expect(code).toBe(1)
    expect(words).toContain(
      `The event store ${join(dataDir, 'event-store')} holds the log of another`,
    )
  }, 120_000)

  it('so that with the right ones in place everything is there as before', async () => {
    const { url } = await start(folder('newest'))
    for (const account of [ann, bob]) expectStatus(201, (await signIn(url, account)).answer)
    expect(await titles(url)).toEqual(['By the newcomer', 'After the backup', 'Before the backup'])
  }, 120_000)
})

describe('after a restore', () => {
  it('of an older log everything is as it was then, and what is written from then on shows', async () => {
    const { url } = await start(mixed('with-older-log', { 'event-store': 'older' }))
    // What a projector had made of the newer log is gone before anybody is let in.
    expect(await titles(url)).toEqual(['Before the backup'])
    const { person, answer } = await signIn(url, ann)
    expectStatus(201, answer)
    expect(codeOf((await signIn(url, bob)).answer)).toBe('wrong-credentials')
    const newest = expectStatus(201, await person.post('/api/posts', somePost('Since then')))
    expect(await titles(url, positionOf(newest))).toEqual(['Since then', 'Before the backup'])
    expectStatus(200, await person.get('/api/me'))
    // The name is free again: in this log nobody has it.
    await member(url, { ...bob, email: 'another.bob@example.org' })
  }, 180_000)

  it('of an older keyring nobody is taken for forgotten, and the others go on', async () => {
    const dataDir = mixed('with-older-keyring', { keyring: 'older' })
    const { url, processes } = await start(dataDir)
    await until('the alarm is on the terminal', async () =>
      lines.some(line => /write-side +error: the key of person \S+ is missing/.test(line))
        ? true
        : undefined,
    )
    const metrics = await (await fetch(`${processes['write-side']?.url}/metrics`)).text()
    expect(metrics).toMatch(/^keyring_missing_keys\{.*\} 1$/m)

    const refused = await signIn(url, bob)
    expect([refused.answer.status, codeOf(refused.answer)]).toEqual([503, 'key-missing'])
    const claim = { ...bob, email: 'claimant@example.org', acceptTerms: true }
    const claimed = await visit(url).post('/api/users', claim)
    expect([claimed.status, codeOf(claimed)]).toEqual([409, 'username-taken'])
    expect(await titles(url)).toContain('By the newcomer')

    const { person, answer } = await signIn(url, ann)
    expectStatus(201, answer)
    const newest = expectStatus(201, await person.post('/api/posts', somePost('Meanwhile')))
    expect(await titles(url, positionOf(newest))).toHaveLength(4)
    await stop()

    rmSync(join(dataDir, 'keyring'), { recursive: true })
    copy(join(folder('newest'), 'keyring'), join(dataDir, 'keyring'))
    const { url: healed } = await start(dataDir)
    expectStatus(201, (await signIn(healed, bob)).answer)
    expect(await titles(healed)).toHaveLength(4)
  }, 240_000)

  it('of log and keyring on another machine, read models and all else come back by themselves', async () => {
    const moved = folder('moved')
    for (const part of ['event-store', 'keyring', 'master.key'])
      copy(join(folder('newest'), part), join(moved, part))
    const { url } = await start(moved)
    expect(await titles(url)).toEqual(['By the newcomer', 'After the backup', 'Before the backup'])
    for (const account of [ann, bob]) expectStatus(201, (await signIn(url, account)).answer)
  }, 180_000)
})
