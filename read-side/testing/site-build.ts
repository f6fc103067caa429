// A build of a very small site, in a folder of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

export interface SiteBuild {
  readonly folder: string
  readonly script: string
  remove(): void
}

/** Its pages tell what they were drawn from: the API's answers to the paths in the parameter `ask`, one after another. */
const renderer = `export async function render(request) {
  const url = new URL(request.url)
  if (url.pathname === '/broken') throw new Error('the page is broken')
  const answers = []
  for (const path of url.searchParams.getAll('ask')) {
    const answer = await request.api(path)
    answers.push({ status: answer.status, position: answer.headers.get('cryptotalks-position'), body: await answer.json() })
  }
  const told = JSON.stringify({ path: url.pathname, theme: request.theme, answers }).replace(/</g, '\\\\u003c')
  return {
    status: url.pathname === '/nowhere' ? 404 : 200,
    headers: { 'X-Page': url.pathname },
    html: '<!doctype html><script nonce="' + request.nonce + '" type="application/json">' + told + '</script>' + ' '.repeat(2000),
  }
}
`

export function buildSite(): SiteBuild {
  const folder = mkdtempSync(join(tmpdir(), 'read-side-site-'))
  const script = `console.log(${JSON.stringify('a'.repeat(3_000))})`
  const client = join(folder, 'client')
  mkdirSync(join(folder, 'server'))
  mkdirSync(join(client, 'assets'), { recursive: true })
  mkdirSync(join(client, '.vite'))
  writeFileSync(join(folder, 'server', 'entry-server.js'), renderer)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(client, 'robots.txt'), 'User-agent: *\n')
  writeFileSync(join(client, '.vite', 'manifest.json'), '{}')
  writeFileSync(join(client, 'assets', 'entry-abc.js'), script)
  writeFileSync(join(client, 'assets', 'entry-abc.js.br'), brotliCompressSync(script))
  writeFileSync(join(client, 'assets', 'entry-abc.js.gz'), gzipSync(script))
  writeFileSync(join(client, 'assets', 'letters-abc.woff2'), Buffer.from([1, 2, 3]))
  return { folder, script, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
