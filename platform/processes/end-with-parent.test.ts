// What is left of a process whose supervisor was killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { beforeAll, expect, test } from 'vitest'
import { program } from '../repository.ts'
import { ensureBuilt } from '../testing/ensure-built.ts'
import { freePort } from './free-port.ts'
import { identityOf, type ProcessIdentity, waitUntilGone } from './process-identity.ts'

beforeAll(() => ensureBuilt('platform'))

// A child that finished what it does would have ten times as long as it gets now.
test.skipIf(process.platform === 'win32').each(['ready', 'ignores-sigterm'])(
  'a child that is %s ends soon after its parent was killed',
  async behaviour => {
    const fixtures = (name: string) => program('platform', `testing/fixtures/${name}.js`)
    const env = {
      PATH: process.env.PATH,
      FIXTURE_PORT: String(await freePort()),
      FIXTURE_BEHAVIOUR: behaviour,
    }
    const parent = spawn(process.execPath, [fixtures('program-launcher'), fixtures('service')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const child = identityOf(Number(line)) as ProcessIdentity
    parent.kill('SIGKILL')
    expect(await waitUntilGone(child, 8_000)).toBe(true)
  },
)
