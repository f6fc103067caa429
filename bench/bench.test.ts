// A smoke-sized run of everything: it proves that all can be measured, and asserts no timing.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseOptions } from './options.ts'
import { compared, type Row, renderTable } from './report.ts'
import { quantile } from './statistics.ts'

describe('the table', () => {
  const rows: Row[] = [
    compared('reading', 'reads/s', 800, { name: 'bare', value: 1_000 }, 0.8),
    { what: 'waiting', unit: 'ms', ours: 1.234 },
  ]

  it('gives each rate its ratio, and a number without a rival none', () => {
    expect(renderTable(rows).split('\n')).toEqual([
      '| measured | unit    | Cryptotalks | beside | reaches | ratio |  aim |',
      '| -------- | ------- | ----------: | ------ | ------: | ----: | ---: |',
      '| reading  | reads/s |         800 | bare   |   1,000 |  0.80 | 0.80 |',
      '| waiting  | ms      |        1.23 |        |         |       |      |',
    ])
  })
})

describe('quantiles', () => {
  it('are values that were measured', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3)
    expect(quantile([1, 2], 0.99)).toBe(2)
    expect(() => quantile([], 0.5)).toThrow(/nothing/)
  })
})

describe('options', () => {
  it('name the flag that they can not read', () => {
    expect(() => parseOptions(['--events', 'many'])).toThrow('--events')
    expect(() => parseOptions(['--only', 'dreams'])).toThrow('dreams')
  })
})

describe('a smoke run', () => {
  beforeAll(
    () => ensureBuilt('event-store', 'write-side', 'read-side', 'projections', 'bench'),
    240_000,
  )

  it('measures everything, without a failed request or a lost row', async () => {
    const main = join(REPOSITORY, 'bench', 'dist', 'main.js')
    const size = ['--smoke', '--seconds', '1', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...size])
    const { rows, machine } = JSON.parse(stdout) as { rows: Row[]; machine: object }
    expect(rows.map(({ what, against }) => [what, against?.name])).toEqual([
      ['catch-up over 300 events', 'COPY of the resulting rows'],
      ['GET /api/posts, first page', 'bare Koa route, same prepared query'],
      ['GET /api/posts, pages in turn', 'bare Koa route, same prepared query'],
      ['acknowledged to visible, 1 in flight, p50', undefined],
      ['acknowledged to visible, 1 in flight, p99', undefined],
      ['acknowledged to visible, 64 in flight, p50', undefined],
      ['acknowledged to visible, 64 in flight, p99', undefined],
      ['PublishPost, 64 in flight', 'bare Koa route, same appends'],
      ['PublishPost, 64 in flight', 'bare Koa route, reads first'],
      ['PublishPost, 64 in flight', 'the appends alone, no HTTP'],
    ])
    for (const { ours, against, ratio } of rows) {
      expect(ours).toBeGreaterThanOrEqual(0)
      if (against) expect(ratio).toBeGreaterThan(0)
    }
    expect(Object.keys(machine)).toEqual(['node', 'system', 'cores', 'memory', 'packages'])
  }, 240_000)
})
