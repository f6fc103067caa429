// A byte of the log is not what was written: the place is named, and no half of a list is shown as if it were whole.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Platform, startPlatform } from '@cryptotalks/platform/start'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildAll } from './testing/build-all.ts'
import { expectStatus, member, someAccount, visit } from './testing/person.ts'
import { somePost } from './testing/posts.ts'
import { until } from './testing/until.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'cryptotalks-damaged-'))
const lines: string[] = []
let platform: Platform | undefined

const start = async (): Promise<Platform> => {
  lines.length = 0
  platform = await startPlatform({ dataDir, seed: false, onLine: line => lines.push(line) })
  return platform
}

beforeAll(async () => {
  await buildAll()
  const { url } = await start()
  const author = await member(url, someAccount('durable'))
  for (const title of ['One', 'Two', 'Three'])
    expectStatus(201, await author.post('/api/posts', somePost(title)))
  await until('all are shown', async () => {
    const { body } = await visit(url).get('/api/posts')
    return (body as { items: unknown[] }).items.length === 3 || undefined
  })
  await until('the past week of the market is there', async () => {
    const { status, body } = await visit(url).get('/api/coins/$btc')
    const age = Date.now() - Date.parse((body as { sampledAt: string }).sampledAt)
    return (status === 200 && age < 60_000) || undefined
  })
  await platform?.stop()
  flipBitInTheMiddle()
}, 300_000)
afterAll(async () => {
  await platform?.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

/** The first samples of the market lie there, which a week of is filled in at the first start. */
function flipBitInTheMiddle(): void {
  const folder = join(dataDir, 'event-store', 'log')
  const [first] = readdirSync(folder)
    .filter(name => name.endsWith('.log'))
    .sort()
  const path = join(folder, first as string)
  const bytes = readFileSync(path)
  // The file is longer than the log: zeros wait at its end to be written over.
  const place = Math.floor(bytes.findLastIndex(byte => byte !== 0) / 2)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.of((bytes[place] as number) ^ 1), 0, 1, place)
  closeSync(file)
}

describe('damage in the log', () => {
  it('is found by looking at the whole log, told with file and place, and keeps nobody from reading', async () => {
    const { url, processes } = await start()
    await until(
      'the terminal tells',
      async () =>
        lines.some(line =>
          /^event-store error: The event log is damaged: .*\(.*\.log at \d+\)$/.test(line),
        ) || undefined,
    )
    const ready = await fetch(`${processes.projections?.url}/health/ready`)
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringMatching(/the event log is damaged: .*\.log at \d+/),
    ])
    const { body } = expectStatus(200, await visit(url).get('/api/posts'))
    expect((body as { items: unknown[] }).items).toHaveLength(3)
    await platform?.stop()
  }, 120_000)

  it('is named with its place, on the terminal and in health, once read models need what it hides', async () => {
    rmSync(join(dataDir, 'postgres'), { recursive: true, force: true })
    const { url, processes } = await start()
    const place = /The record at position \d+ is damaged/
    await until(
      'the terminal tells',
      async () =>
        lines.some(
          line =>
            line.startsWith('projections error: the event log is damaged') && place.test(line),
        ) || undefined,
    )
    const ready = await fetch(`${processes.projections?.url}/health/ready`)
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(place)])
    const posts = await visit(url).get('/api/posts')
    expect([posts.status, posts.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  }, 120_000)
})
