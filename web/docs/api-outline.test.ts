import { describe, expect, it } from 'vitest'
import { fixtureOpenApi } from '../testing/fixture-openapi.ts'
import { outlineOf } from './api-outline.ts'

describe('the outline of an OpenAPI document', () => {
  const outline = outlineOf(fixtureOpenApi)

  it('groups operations by their first tag', () => {
    expect(outline.groups.map(group => group.name)).toEqual(['Posts', 'Market'])
    expect(outline.groups[0]?.operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/posts',
      'POST /api/posts',
    ])
  })

  it('follows references to parameters and bodies', () => {
    const [list, publish] = outline.groups[0]?.operations ?? []
    expect(list?.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'sort: one of new, old, title',
      'limit: integer, 1 to 100',
    ])
    expect(publish?.fields.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['title', 'string, 3 to 140', true],
      ['body', 'string, up to 40000', true],
      ['tags', 'list of string', false],
    ])
  })

  it.each([null, 'text', [], { paths: null }, { paths: { '/a': { get: 7 } } }])(
    'of %j is empty',
    document => {
      expect(outlineOf(document).groups).toEqual([])
    },
  )

  it('survives references that go in a circle', () => {
    const circle = {
      paths: { '/a': { get: { parameters: [{ $ref: '#/x' }] } } },
      x: { $ref: '#/x' },
    }
    expect(outlineOf(circle).groups[0]?.operations[0]?.fields[0]?.name).toBe('')
  })
})
