// What the projections do when a page of theirs can't be written.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Log } from '../storage/log.ts'
import { Store } from '../store.ts'
import { ProjectionEngine } from './engine.ts'
import type { Projector } from './projector.ts'

let dir: string
let free: number
let store: Store
let engine: ProjectionEngine
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-engine-'))
  free = Infinity
  store = new Store(Log.open({ dir, durable: true, now: Date.now, freeBytes: () => free }))
  engine = new ProjectionEngine(store, false)
})
afterEach(async () => {
  engine.stop()
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

const write = (stream: string) =>
  new Promise((resolve, reject) => {
    const event = {
      id: Buffer.from(randomUUID()),
      type: Buffer.from('said'),
      isJson: true,
      data: Buffer.from('{}'),
      customMetadata: Buffer.alloc(0),
    }
    store.write(writer => writer.append(stream, 'any', [event]), resolve, reject)
  })
const byCategory = () =>
  engine.projectors.find(({ definition }) => definition.name === '$by_category') as Projector
const PATIENTLY = { timeout: 20_000 }
const linksIn = (stream: string) => store.streams.state(stream).head + 1

test('a full disk keeps them waiting, and with room they go on without a gap or a double', async () => {
  await write('cat-1')
  await write('cat-1')
  await engine.enable(byCategory())
  free = 0
  await expect.poll(() => byCategory().hindrance, PATIENTLY).toMatch('there is no room left')
  expect([byCategory().running, byCategory().state.position]).toEqual([true, 0])
  free = Infinity
  engine.restart()
  const seen = () => [linksIn('$ce-cat'), byCategory().hindrance, engine.progress(byCategory())]
  await expect.poll(seen, PATIENTLY).toEqual([2, '', 100])
})

test('what could not be kept of a change counts for nothing', async () => {
  free = 0
  await expect(engine.enable(byCategory())).rejects.toThrow('there is no room left')
  expect(byCategory().running).toBe(false)
  free = Infinity
  await engine.enable(byCategory())
  const { epoch, version } = byCategory().state
  free = 0
  await expect(engine.reset(byCategory())).rejects.toThrow('there is no room left')
  expect(byCategory().state).toMatchObject({ enabled: true, epoch, version })
})
