// What metadata means for what is shown.
import { expect, test } from 'vitest'
import { parseLimits, type StreamLimits, withTruncateBefore } from './metadata.ts'

test.each<[string, StreamLimits]>([
  ['{"$maxCount":3,"$maxAge":60,"$tb":5}', { maxCount: 3, maxAge: 60, truncateBefore: 5 }],
  ['{"own":{"$tb":3},"list":[1,{"$maxCount":1}],"$maxCount":4}', { maxCount: 4 }],
  ['{"$maxCount":2,"$maxCount":4}', { maxCount: 4 }],
  ['{"text":"a \\" , \\"$tb\\":1","$tb":2}', { truncateBefore: 2 }],
  ['{"$tb":9223372036854775807}', { truncateBefore: Infinity, deleted: true }],
  ['{"$tb":9223372036854775806}', { truncateBefore: Infinity }],
  ['{"$maxCount":-1,"$tb":2}', { truncateBefore: 2 }],
  ['{"$maxCount":0}', {}],
  ['{"$MaxCount":2}', {}],
  [
    '{"$acl":{"$r":"$all","$w":["a"],"$d":[]},"$maxCount":2}',
    { maxCount: 2, acl: { read: ['$all'], write: ['a'], delete: [] } },
  ],
])('%s', (json, limits) => {
  expect(parseLimits(Buffer.from(json))).toEqual(limits)
})

test.each(['"3"', '2.5', '2.0', '1e0', 'null', 'true', '[3]', '99999999999999999999'])(
  'a $maxCount of %s makes all of it void',
  value => {
    expect(parseLimits(Buffer.from(`{"$tb":2,"$maxCount":${value}}`))).toEqual({})
  },
)

test.each([
  '',
  '{',
  '[]',
  '3',
  'null',
  'nonsense',
  '{"$tb":1',
  '{"$acl":7,"$tb":2}',
  '{"$acl":{"$r":null},"$tb":2}',
])('%j says nothing', json => {
  expect(parseLimits(Buffer.from(json))).toEqual({})
})

test('another $tb leaves the rest as it is', () => {
  const changed = withTruncateBefore(Buffer.from('{"$tb":9223372036854775807,"own":[1]}'), 7)
  expect(JSON.parse(String(changed))).toEqual({ own: [1], $tb: 7 })
  expect(withTruncateBefore(Buffer.from('no'), 7)).toBeUndefined()
})
