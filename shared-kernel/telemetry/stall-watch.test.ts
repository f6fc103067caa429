// A process whose event loop stands still, and one that merely works.
import { execFile } from 'node:child_process'
import { program } from '@cryptotalks/platform/repository'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'
import { beforeAll, expect, it } from 'vitest'

beforeAll(() => ensureBuilt('shared-kernel'))

/** Runs some work under watch; resolves with how it ended and what it said. */
const watched = (work: string) =>
  new Promise<{ signal: unknown; stdout: string; stderr: string }>(resolve => {
    const source = `
      import { endWhenStalled } from ${JSON.stringify(program('shared-kernel', 'telemetry/stall-watch.js'))}
      endWhenStalled({ name: 'watched', stalledSeconds: 2 })
      ${work}`
    const args = ['--input-type=module', '--eval', source]
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ signal: error?.signal, stdout, stderr }),
    )
  })

it('ends with words when its event loop stands still', async () => {
  const { signal, stderr } = await watched('while (true);')
  expect(signal).toBe('SIGKILL')
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'fatal',
    name: 'watched',
    msg: 'the event loop stood still for 2 s: the process ends, to be started again',
  })
})

it('goes on, and ends by itself, while its event loop turns', async () => {
  const turning = `
    const until = performance.now() + 4_000
    while (performance.now() < until) await new Promise(resolve => setTimeout(resolve, 10))
    console.log('done')`
  expect(await watched(turning)).toEqual({ signal: undefined, stdout: 'done\n', stderr: '' })
})
