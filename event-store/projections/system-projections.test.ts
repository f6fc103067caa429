// What each system projection makes of an event.
import { expect, test } from 'vitest'
import { encodeRecord, type NewEvent, TOMBSTONE_REVISION } from '../protocol/recorded-event.ts'
import { parseCategoryQuery } from './category.ts'
import { emittedEvent } from './emission.ts'
import { isProjected, SourceEvent } from './source-event.ts'
import { SYSTEM_PROJECTIONS } from './system-projections.ts'

interface Described {
  readonly stream: string
  readonly revision?: number
  readonly type?: string
  readonly data?: string
  readonly metadata?: string
}

const POSITION = 4711
const ID = '9d0b8a4e-6a0f-4e3c-9f43-0f4b8f6f2a11'

function recordOf({ stream, revision = 0, type = 'said', data = '{}', metadata = '' }: Described) {
  const event: NewEvent = {
    id: Buffer.from(ID),
    type: Buffer.from(type),
    isJson: true,
    data: Buffer.from(data),
    customMetadata: Buffer.from(metadata),
  }
  const created = Date.UTC(2026, 10, 23, 7, 5, 3, 42)
  const streamName = Buffer.from(stream)
  return encodeRecord(event, { streamNumber: 1, streamName, revision, position: POSITION, created })
}

/** `stream: data about` of what a projection emits. */
function emitted(name: string, described: Described, query?: string): string | undefined {
  const definition = SYSTEM_PROJECTIONS.find(each => each.name === name)
  const emission = definition?.with(query ?? definition.query)?.(
    new SourceEvent(recordOf(described)),
  )
  if (!emission) return undefined
  const { stream, type, data, about } = emission
  return `${stream}: ${type} ${data}${about ? ` ${JSON.stringify(about)}` : ''}`
}

const DELETION = { type: '$metadata', data: '{"$tb":9223372036854775807}' }
const TOMBSTONE = { type: '$streamDeleted', data: '', revision: TOMBSTONE_REVISION }

test('$by_category links what stands before the first dash', () => {
  const of = (described: Described) => emitted('$by_category', described)
  expect(of({ stream: 'cat-1', revision: 3 })).toBe('$ce-cat: $> 3@cat-1 {"$o":"cat-1"}')
  expect(of({ stream: 'cat-1-x' })).toBe('$ce-cat: $> 0@cat-1-x {"$o":"cat-1-x"}')
  expect(of({ stream: 'cat' })).toBeUndefined()
  expect(of({ stream: '-cat' })).toBeUndefined()
  expect(of({ stream: '$$cat-1', type: '$metadata' })).toBeUndefined()
})

test('$by_category links what deletes a stream, and says so', () => {
  const deleted = { $o: 'cat-1', $deleted: -1 }
  expect(emitted('$by_category', { stream: '$$cat-1', revision: 2, ...DELETION })).toBe(
    `$ce-cat: $> 2@$$cat-1 ${JSON.stringify(deleted)}`,
  )
  expect(emitted('$by_category', { stream: 'cat-1', ...TOMBSTONE })).toBe(
    `$ce-cat: $> 9223372036854775807@cat-1 ${JSON.stringify(deleted)}`,
  )
})

test('$by_category leads past a link to where it leads', () => {
  const link = { stream: 'cat-1', revision: 5, type: '$>', data: '7@other-3' }
  expect(emitted('$by_category', link)).toBe('$ce-cat: $> 7@other-3 {"$o":"cat-1"}')
})

test('$by_event_type links every type but links', () => {
  const of = (described: Described) => emitted('$by_event_type', described)
  expect(of({ stream: 'a', revision: 1, type: 'done' })).toBe('$et-done: $> 1@a')
  expect(of({ stream: 'a', type: '$>', data: '0@b' })).toBeUndefined()
  expect(of({ stream: '$$a', type: '$metadata' })).toBe('$et-$metadata: $> 0@a')
  expect(of({ stream: '$$a', ...DELETION })).toBe('$et-$deleted: $> 0@a {"$deleted":-1}')
  expect(of({ stream: 'a', ...TOMBSTONE })).toBe(
    '$et-$deleted: $> 9223372036854775807@a {"$deleted":-1}',
  )
})

test('$by_correlation_id links what carries one', () => {
  const of = (metadata: string) => emitted('$by_correlation_id', { stream: 'a', metadata })
  const time = '{"$eventTimestamp":"2026-11-23T07:05:03.042000Z"}'
  expect(of('{"$correlationId":"k"}')).toBe(`$bc-k: $> 0@a ${time}`)
  expect(of('{"$correlationId":7}')).toBe(`$bc-7: $> 0@a ${time}`)
  const many = '12345678901234567890'
  expect(of(`{"x":{"$correlationId":1},"$correlationId": ${many}}`)).toBe(
    `$bc-${many}: $> 0@a ${time}`,
  )
  for (const none of ['', '{', '[]', '{}', '{"$correlationId":null}', '{"$correlationId":{}}']) {
    expect(of(none)).toBeUndefined()
  }
})

test('the correlation id is where its query says', () => {
  const described = { stream: 'a', metadata: '{"$correlationId":"k","own":"o"}' }
  const query = '{"correlationIdProperty":"own"}'
  expect(emitted('$by_correlation_id', described, query)).toMatch('$bc-o: $> 0@a')
})

test('$stream_by_category and $streams name a stream once', () => {
  expect(emitted('$stream_by_category', { stream: 'cat-1' })).toBe('$category-cat: $@ cat-1')
  expect(emitted('$stream_by_category', { stream: 'cat-1', revision: 1 })).toBeUndefined()
  expect(emitted('$stream_by_category', { stream: 'cat' })).toBeUndefined()
  expect(emitted('$streams', { stream: 'cat' })).toBe('$streams: $> 0@cat')
  expect(emitted('$streams', { stream: '$$cat' })).toBe('$streams: $> 0@$$cat')
  expect(emitted('$streams', { stream: 'cat', revision: 1 })).toBeUndefined()
})

test('streams of the server are not projected, but what is said of those of users', () => {
  const seen = ['a-1', '$$a-1', '$', '$ce-a', '$$$ce-a', '$$$$a'].filter(stream =>
    isProjected(Buffer.from(stream)),
  )
  expect(seen).toEqual(['a-1', '$$a-1'])
})

test.each([
  ['first\n-', 'a-b-c', 'a'],
  ['last\r\n-', 'a-b-c', 'a-b'],
  ['-', 'a-b-c', 'a-b'],
  ['first\n_', 'a-b_c', 'a-b'],
  ['FIRST\n-', '$a-b', undefined],
])('%j makes of %s the category %s', (query, stream, category) => {
  expect(parseCategoryQuery(query)?.(stream)).toBe(category)
})

test.each(['', 'first', 'middle\n-', 'first\n--', '{}'])('%j says no category', query => {
  expect(parseCategoryQuery(query)).toBeUndefined()
})

test('an emission says what caused it, and correlates with it', () => {
  const source = recordOf({ stream: 'cat-1', metadata: '{"$correlationId":"k","own":1}' })
  const emission = {
    stream: '$ce-cat',
    type: '$>',
    data: '0@cat-1',
    about: { $o: 'cat-1' },
  } as const
  const version = { id: 3, epoch: -1, version: 1 }
  const { type, isJson, data, customMetadata } = emittedEvent(
    emission,
    new SourceEvent(source),
    version,
  )
  expect([String(type), isJson, String(data)]).toEqual(['$>', false, '0@cat-1'])
  expect(String(customMetadata)).toBe(
    `{"$v":"3:-1:1:4","$c":4711,"$p":4711,"$o":"cat-1","$causedBy":"${ID}","$correlationId":"k"}`,
  )
})
