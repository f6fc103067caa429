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

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

test.each([
  ['{"$tb":9223372036854775807,"own":[1]}', '{"own":[1],"$tb":7}'],
  ['{"big":12345678901234567890,"f":1.0}', '{"big":12345678901234567890,"f":1.0,"$tb":7}'],
  ['{"e":1e400,"$tb":1,"z":-0.0}', '{"e":1e400,"z":-0.0,"$tb":7}'],
  [' {\n  "a" : { "$tb" : 3 }\n}\n', ' {\n  "a" : { "$tb" : 3 }\n,"$tb":7}\n'],
  ['{"a":1,"\\u0024tb":3,"a":2}', '{"a":1,"a":2,"$tb":7}'],
  ['{"text":"a \\" , \\"$tb\\":1"}', '{"text":"a \\" , \\"$tb\\":1","$tb":7}'],
  ['{"__proto__":{"x":1},"10":1,"9":2}', '{"__proto__":{"x":1},"10":1,"9":2,"$tb":7}'],
  ['{ }', '{"$tb":7}'],
  ['{"$tb":1}', '{"$tb":7}'],
  ['{"wörter":"ℵ𝄞"}', '{"wörter":"ℵ𝄞","$tb":7}'],
  [`{"deep":${DEEP}}`, `{"deep":${DEEP},"$tb":7}`],
])('another $tb leaves all else as it is written, case %#', (json, changed) => {
  expect(String(withTruncateBefore(Buffer.from(json), 7))).toBe(changed)
  expect(parseLimits(Buffer.from(changed)).truncateBefore).toBe(7)
})

test('another $tb leaves bytes that are no UTF-8 as they are', () => {
  const data = Buffer.from([...Buffer.from('{"a":"'), 0xff, 0xc3, 0xa0, ...Buffer.from('"}')])
  const expected = Buffer.concat([data.subarray(0, -1), Buffer.from(',"$tb":7}')])
  expect(withTruncateBefore(data, 7)).toEqual(expected)
})

test('what is no JSON object takes no $tb', () => {
  for (const json of ['no', '[]', '1', '', DEEP]) {
    expect(withTruncateBefore(Buffer.from(json), 7)).toBeUndefined()
  }
})
