import { describe, expect, it } from 'vitest'
import { askOnceWith, askWith, withQuery } from './ask.ts'

const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers })

describe('an answer', () => {
  it('carries its value and the position it reflects', async () => {
    const ask = askWith(async () => json({ a: 1 }, 200, { 'cryptotalks-position': '42' }))
    expect(await ask('/api/x')).toEqual({ ok: true, value: { a: 1 }, position: '42' })
  })

  it('that refuses carries the problem', async () => {
    const problem = { type: '/problems/gone', title: 'Gone', status: 404, code: 'gone' }
    expect(await askWith(async () => json(problem, 404))('/api/x')).toEqual({ ok: false, problem })
  })

  it.each([
    ['no connection', () => Promise.reject(new Error('refused')), 503],
    ['a page instead of JSON', async () => new Response('<html>', { status: 502 }), 502],
    ['half a body', async () => new Response('{"a":', { status: 200 }), 503],
  ])('of %s is a problem, never a throw', async (_name, fetchPath, status) => {
    expect(await askWith(fetchPath)('/api/x')).toMatchObject({ ok: false, problem: { status } })
  })
})

it('asks each path once for all parts of a page', async () => {
  const asked: string[] = []
  const ask = askOnceWith(async path => {
    asked.push(path)
    return json({ path })
  })
  const answers = await Promise.all([ask('/api/a'), ask('/api/b'), ask('/api/a')])
  expect(asked).toEqual(['/api/a', '/api/b'])
  expect(answers[0]).toEqual(answers[2])
})

it('leaves empty entries out of a query and escapes the rest', () => {
  expect(withQuery('/p', { a: '', b: null, c: '1&2', d: 0 })).toBe('/p?c=1%262&d=0')
  expect(withQuery('/p', { a: undefined })).toBe('/p')
})
