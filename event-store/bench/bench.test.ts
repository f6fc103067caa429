// A smoke-sized run of everything: it proves that all can be measured, and asserts no timing.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { build } from '../conformance/server-process.ts'
import { parseOptions } from './options.ts'
import { type Row, rateRow, renderTable } from './report.ts'
import { quantile } from './statistics.ts'

const MAIN = join(fileURLToPath(new URL('..', import.meta.url)), 'dist', 'bench', 'main.js')

beforeAll(build, 120_000)

test('a smoke run measures everything, without a failed request or a lost event', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--smoke', '--json'])
  const { rows } = JSON.parse(stdout) as { rows: Row[] }
  expect(rows.filter(({ what }) => !what.startsWith('memory')).map(({ what }) => what)).toEqual([
    'read of a stream',
    'read of $all',
    'catch-up of a stream',
    'catch-up of $all',
    'reads of 10 events, 64 in flight',
    "the disk's flush (p50)",
    'appends, 1 in flight',
    'appends, 64 in flight',
    'appends, 1000 in flight',
    'batches of 100, 8 in flight',
    'append to subscriber, p50',
    'append to subscriber, p99',
    'filter by prefix of the type',
    'filter by expression on the type',
    'filter by prefix of the stream, none',
    'ready',
  ])
  for (const { store, nothing } of rows) {
    expect(store).toBeGreaterThan(0)
    if (nothing !== undefined) expect(nothing).toBeGreaterThan(0)
  }
}, 120_000)

test('the table gives each rate its ratio, and a number without a rival none', () => {
  const rows: Row[] = [
    rateRow(
      { what: 'reading', unit: 'reads/s', aim: '0.8' },
      { store: [800], nothing: [1_000], rival: undefined },
    ),
    { what: 'waiting', unit: 'ms', store: 1.234 },
  ]
  expect(renderTable(rows).split('\n')).toEqual([
    '| measured | unit    | store | null server | ratio | aim |',
    '| -------- | ------- | ----: | ----------: | ----: | --: |',
    '| reading  | reads/s |   800 |       1,000 |  0.80 | 0.8 |',
    '| waiting  | ms      |  1.23 |             |       |     |',
  ])
})

test('another server gets a column of its own', () => {
  const standing = { store: [800], nothing: [1_000], rival: [700] }
  const [head, , row] = renderTable([rateRow({ what: 'w', unit: 'u' }, standing)]).split('\n')
  expect([head?.endsWith('| rival |'), row?.endsWith('|   700 |')]).toEqual([true, true])
})

test('quantiles are values that were measured', () => {
  expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3)
  expect(quantile([1, 2], 0.99)).toBe(2)
  expect(() => quantile([], 0.5)).toThrow(/nothing/)
})

test('options name the flag that they can not read', () => {
  expect(() => parseOptions(['--events', 'many'])).toThrow('--events')
  expect(() => parseOptions(['--only', 'dreams'])).toThrow('dreams')
})
