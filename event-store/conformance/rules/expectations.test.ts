// What each expected revision is answered, whatever situation the stream is in: for appends, deletes and tombstones.
import { describe, expect, test } from 'vitest'
import {
  type Client,
  SITUATIONS,
  shown,
  streamThatIs,
  useWire,
  WAY_NAMES,
  WAYS,
} from './situations.ts'
import { table } from './table.ts'
import { toldOfDelete } from './writes.ts'

const bench = useWire()

/** Two events are appended: where the second stands, or what the stream is at instead. */
const APPENDED = table(`
                            | any     | no_stream | stream_exists | 0          | 2          | 3          | 18446744073709551615
  missing                   | at 1    | at 1      | is nothing    | is nothing | is nothing | is nothing | at 1
  existing                  | at 4    | is 2      | at 4          | is 2       | at 4       | is 2       | is 2
  all hidden                | at 4    | is 2      | at 4          | is 2       | at 4       | is 2       | is 2
  metadata only             | at 1    | at 1      | at 1          | is nothing | is nothing | is nothing | at 1
  deleted                   | at 4    | at 4      | deleted       | is 2       | at 4       | is 2       | at 4
  re-created                | at 5    | is 3      | at 5          | is 3       | is 3       | at 5       | is 3
  tombstoned                | deleted | deleted   | deleted       | deleted    | deleted    | deleted    | deleted
  never written, tombstoned | deleted | deleted   | deleted       | deleted    | deleted    | deleted    | deleted
`)

/** Nothing is appended: it is checked all the same, and brings a deleted stream back, empty. */
const EMPTY = table(`
                | any        | no_stream  | stream_exists | 1          | 2          | 3
  missing       | at nothing | at nothing | is nothing    | is nothing | is nothing | is nothing
  existing      | at 2       | is 2       | at 2          | is 2       | at 2       | is 2
  metadata only | at nothing | at nothing | at nothing    | is nothing | is nothing | is nothing
  deleted       | at 2       | is 2       | deleted       | is 2       | at 2       | is 2
  re-created    | at 3       | is 3       | at 3          | is 3       | is 3       | at 3
  tombstoned    | deleted    | deleted    | deleted       | deleted    | deleted    | deleted
`)

const DELETED = table(`
                            | any     | no_stream | stream_exists | 0       | 2       | 3
  missing                   | is -1   | is -1     | is -1         | is -1   | is -1   | is -1
  existing                  | done    | is 2      | done          | is 2    | done    | is 2
  all hidden                | done    | is 2      | done          | is 2    | done    | is 2
  metadata only             | done    | done      | done          | is -1   | is -1   | is -1
  deleted                   | done    | done      | deleted       | is 2    | done    | is 2
  re-created                | done    | is 3      | done          | is 3    | is 3    | done
  tombstoned                | deleted | deleted   | deleted       | deleted | deleted | deleted
  never written, tombstoned | deleted | deleted   | deleted       | deleted | deleted | deleted
`)

/** A tombstone needs no stream to end. */
const TOMBSTONED = table(`
                            | any     | no_stream | stream_exists | 0       | 2       | 3
  missing                   | done    | done      | is -1         | is -1   | is -1   | is -1
  existing                  | done    | is 2      | done          | is 2    | done    | is 2
  all hidden                | done    | is 2      | done          | is 2    | done    | is 2
  metadata only             | done    | done      | done          | is -1   | is -1   | is -1
  deleted                   | done    | done      | deleted       | is 2    | done    | is 2
  re-created                | done    | is 3      | done          | is 3    | is 3    | done
  tombstoned                | deleted | deleted   | deleted       | deleted | deleted | deleted
  never written, tombstoned | deleted | deleted   | deleted       | deleted | deleted | deleted
`)

/** What each expectation is answered, on a stream of its own; what is refused changes nothing. */
async function answers(
  situation: string,
  columns: readonly string[],
  act: (stream: string, expected: string) => Promise<string>,
): Promise<Record<string, string>> {
  const { client } = bench()
  const before = await shown(client, await streamThatIs(client, situation))
  const out: Record<string, string> = {}
  for (const expected of columns) {
    const stream = await streamThatIs(client, situation)
    out[expected] = await act(stream, expected)
    const refused = !/^(at|done)/.test(out[expected])
    if (refused) expect(await shown(client, stream)).toBe(before)
  }
  return out
}

test('every situation is in the tables', () => {
  for (const rows of [APPENDED, DELETED, TOMBSTONED]) {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(SITUATIONS))
  }
})

describe.each(WAY_NAMES)('by %s', way => {
  const append = async (stream: string, expected: string, count: number) => {
    const sent = Array.from({ length: count }, () => ({}))
    return (await WAYS[way](bench(), stream, sent, expected)).words
  }

  test.each(APPENDED)('two events to a stream that is $name', async ({ name, cells }) => {
    const act = (stream: string, expected: string) => append(stream, expected, 2)
    expect(await answers(name, Object.keys(cells), act)).toEqual(cells)
  })

  test.each(EMPTY)('nothing to a stream that is $name', async ({ name, cells }) => {
    const act = (stream: string, expected: string) => append(stream, expected, 0)
    expect(await answers(name, Object.keys(cells), act)).toEqual(cells)
  })
})

test.each(DELETED)('a delete of a stream that is $name', async ({ name, cells }) => {
  const { writes } = bench()
  const act = async (stream: string, expected: string) =>
    toldOfDelete(await writes.delete(stream, expected)).words
  expect(await answers(name, Object.keys(cells), act)).toEqual(cells)
})

test.each(TOMBSTONED)('a tombstone on a stream that is $name', async ({ name, cells }) => {
  const { writes } = bench()
  const act = async (stream: string, expected: string) =>
    toldOfDelete(await writes.tombstone(stream, expected)).words
  expect(await answers(name, Object.keys(cells), act)).toEqual(cells)
})

/** What a stream shows after it was written, deleted or ended in a situation. */
const AFTER = table(`
                | nothing appended | one appended           | deleted          | tombstoned
  missing       | stream-not-found | 0:e                    | stream-not-found | stream-deleted
  existing      | 0:a 1:b 2:c      | 0:a 1:b 2:c 3:e        | stream-not-found | stream-deleted
  all hidden    |                  | 3:e                    | stream-not-found | stream-deleted
  metadata only | stream-not-found | 0:e                    | stream-not-found | stream-deleted
  deleted       |                  | 3:e                    | stream-not-found | stream-deleted
  re-created    | 3:d              | 3:d 4:e                | stream-not-found | stream-deleted
  tombstoned    | stream-deleted   | stream-deleted         | stream-deleted   | stream-deleted
`)
const ACTS: Readonly<Record<string, (client: Client, stream: string) => Promise<unknown>>> = {
  'nothing appended': (client, stream) => client.appendToStream(stream, []),
  'one appended': (_, stream) => bench().writes.append(stream, [{ data: '{"label":"e"}' }]),
  deleted: (_, stream) => bench().writes.delete(stream),
  tombstoned: (_, stream) => bench().writes.tombstone(stream),
}

test.each(AFTER)('what a stream that is $name shows afterwards', async ({ name, cells }) => {
  const { client } = bench()
  const out: Record<string, string> = {}
  for (const act of Object.keys(cells)) {
    const stream = await streamThatIs(client, name)
    await ACTS[act]?.(client, stream).catch(() => {})
    out[act] = await shown(client, stream)
  }
  expect(out).toEqual(cells)
})
