import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRendering, type Rendering } from './rendering.ts'

const logger = createLogger({ name: 'test', level: 'fatal' })

let folder: string
/** A module whose threads never end with the text `stuck`, break off with `broken`, and give others back. */
let worker: string
beforeAll(async () => {
  await ensureBuilt('write-side')
  folder = await mkdtemp(join(tmpdir(), 'rendering-'))
  worker = join(folder, 'worker.mjs')
  await writeFile(
    worker,
    `export default ({ source, begun }) => {
      begun.postMessage(null)
      if (source === 'stuck') for (;;);
      if (source === 'broken') process.exit(1)
      return source
    }`,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const within = async (rendering: Rendering, test: (rendering: Rendering) => Promise<void>) => {
  try {
    await test(rendering)
  } finally {
    await rendering.close()
  }
}
const stuck = { logger, limitMilliseconds: 300 }

describe('rendering on threads', () => {
  it('gives the HTML, or refuses what is too intricate', () =>
    within(createRendering({ logger }), async ({ render }) => {
      expect(await render('*a*', 'ann')).toEqual({
        kind: 'rendered',
        html: '<p dir="auto"><em>a</em></p>',
      })
      expect(await render(`${'['.repeat(39_000)}]`, 'ann')).toEqual({
        kind: 'refused',
        refusal: { refused: 'text-too-intricate' },
      })
    }))

  it('ends a thread that takes longer than the limit, while everything else goes on', () =>
    within(createRendering({ ...stuck, worker }), async ({ render }) => {
      let turns = 0
      let done = false
      const turning = (async () => {
        while (!done) {
          turns++
          await new Promise(setImmediate)
        }
      })()
      expect(await render('stuck', 'ann')).toMatchObject({
        refusal: { refused: 'text-too-intricate' },
      })
      done = true
      await turning
      expect(turns).toBeGreaterThan(100)
      expect(await render('next', 'ann')).toEqual({ kind: 'rendered', html: 'next' })
    }))

  it('turns away what can’t wait, the most of whoever asks for most', () =>
    within(createRendering({ ...stuck, worker, mostWaiting: 2 }), async ({ render }) => {
      const many = availableParallelism() + 5
      const flood = Array.from({ length: many }, () => render('stuck', 'eve'))
      const honest = render('honest', 'ann')
      const outcomes = await Promise.all(flood)
      const refusals = outcomes.map(
        outcome => outcome.kind === 'refused' && outcome.refusal.refused,
      )
      expect(refusals).toContain('busy')
      expect(refusals).toContain('text-too-intricate')
      expect(await honest).toEqual({ kind: 'rendered', html: 'honest' })
    }))

  it('goes on after a thread that broke off', () =>
    within(createRendering({ ...stuck, worker }), async ({ render }) => {
      await expect(render('broken', 'ann')).rejects.toThrow()
      expect(await render('next', 'ann')).toEqual({ kind: 'rendered', html: 'next' })
    }))
})
