import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const built = (file: string) => fileURLToPath(new URL(`dist/${file}`, import.meta.url))

let webDist: string
beforeAll(async () => {
  await ensureBuilt('write-side')
  webDist = mkdtempSync(join(tmpdir(), 'web-dist-'))
  mkdirSync(join(webDist, 'server'))
  writeFileSync(
    join(webDist, 'server', 'entry-server.js'),
    'export const render = async () => ({ status: 200, headers: {}, html: "" })',
  )
})
afterAll(() => rmSync(webDist, { recursive: true, force: true }))

/** Nothing listens where these lead. */
const nowhere = () => ({
  EVENTSTORE_URL: 'esdb://127.0.0.1:9?tls=false',
  DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none',
  KEYRING_URL: 'postgres://nobody:nothing@127.0.0.1:9/keys',
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  WRITE_SIDE_PORT: '0',
  RATES_FEED_PORT: '0',
  PUBLIC_URL: 'http://127.0.0.1:8080',
  READ_SIDE_URL: 'http://127.0.0.1:9',
  WEB_DIST: webDist,
})

function start(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [built(file)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', line => said.push(line))
  const listening = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      said.push(line)
      const { msg, port } = JSON.parse(line) as { msg: string; port?: number }
      if (msg === 'listening' && port !== undefined) resolve(port)
    })
    exited.then(() => reject(new Error(said.join('\n'))), reject)
  })
  listening.catch(() => undefined)
  return { child, exited, listening, said }
}

describe.each(['main.js', 'rates-feed.js'])('the process %s', file => {
  it('starts before its servers do, lives, is not ready, and stops cleanly when asked', async () => {
    const { child, exited, listening } = start(file, nowhere())
    try {
      const url = `http://127.0.0.1:${await listening}`
      expect((await fetch(`${url}/health/live`)).status).toBe(200)
      if (file === 'main.js') expect((await fetch(`${url}/health/ready`)).status).toBe(503)
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu')
      child.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('names what its environment lacks, and ends', async () => {
    const { exited, said } = start(file, { ...nowhere(), EVENTSTORE_URL: 'http://wrong' })
    expect((await exited)[0]).not.toBe(0)
    expect(said.join('\n')).toContain('EVENTSTORE_URL')
  })
})

describe('the write side', () => {
  it('warns of an address at which nobody can stay signed in', async () => {
    const { child, listening, said } = start('main.js', {
      ...nowhere(),
      PUBLIC_URL: 'http://forum.lan:8201',
    })
    await listening
    child.kill('SIGKILL')
    expect(said.join('\n')).toContain('Nobody can stay signed in at http://forum.lan:8201')
  })
})

describe('the documentation', () => {
  it('is printed with every command of the API, and starts nothing', async () => {
    const child = spawn(process.execPath, [built('openapi.js')], { env: {} })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    const { openapi, paths } = JSON.parse(Buffer.concat(chunks).toString())
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths).sort()).toEqual([
      '/api/posts',
      '/api/previews',
      '/api/sessions',
      '/api/sessions/current',
      '/api/users',
    ])
    expect(Object.keys(paths['/api/posts'].post.responses)).toEqual(
      expect.arrayContaining(['201', '303', '401', '403', '413', '415', '422', '503']),
    )
  })
})
