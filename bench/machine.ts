// What a number was measured on: nobody can compare it without knowing.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

const require = createRequire(import.meta.url)

/** A dependency's version; packages that hide their package.json are read by path. */
function versionOf(name: string): string {
  const [path] = require.resolve.paths(name) ?? []
  for (const folder of require.resolve.paths(name) ?? [path ?? '']) {
    try {
      const text = readFileSync(`${folder}/${name}/package.json`, 'utf8')
      return (JSON.parse(text) as { version: string }).version
    } catch {
      // Not in this folder: the next one up.
    }
  }
  return 'unknown'
}

/** Name and value of everything that a reader needs to judge the numbers. */
export function describeMachine(): Readonly<Record<string, string>> {
  return {
    node: process.version,
    system: `${type()} ${release()} ${process.arch}`,
    cores: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    packages: ['@eventstore/db-client', 'koa', 'pg', 'autocannon']
      .map(name => `${name} ${versionOf(name)}`)
      .join(', '),
  }
}
