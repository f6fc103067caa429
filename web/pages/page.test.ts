import { describe, expect, it } from 'vitest'
import { matchPath } from './page.ts'
import { pageAt } from './pages.ts'

describe('a path', () => {
  it('gives its params decoded', () => {
    expect(matchPath('/users/:username', '/users/m.%20arrow')).toEqual({ username: 'm. arrow' })
  })

  it.each([
    ['/posts/:slug', '/posts'],
    ['/posts/:slug', '/posts/'],
    ['/posts/:slug', '/posts/a/b'],
    ['/posts/:slug', '/posts/%zz'],
    ['/posts', '/post'],
    ['/', '//'],
    ['/posts', '//posts'],
    ['/posts', '/posts//'],
  ])('%s is not %s', (path, pathname) => {
    expect(matchPath(path, pathname)).toBeNull()
  })

  it('may end with a slash', () => {
    expect(matchPath('/posts', '/posts/')).toEqual({})
    expect(matchPath('/', '/')).toEqual({})
  })
})

it.each([
  ['/', '/'],
  ['/posts/new', '/posts/new'],
  ['/posts/newest', '/posts/:slug'],
  ['/market/btc', '/market/:id'],
  ['/.env', '*'],
])('%s is the page %s', (pathname, path) => {
  expect(pageAt(pathname).path).toBe(path)
})
