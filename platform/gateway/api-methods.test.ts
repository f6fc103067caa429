// What the API's document says of an address, and what becomes of a method that it does not take.
import { expect, test } from 'vitest'
import { apiMethodsOf } from './api-methods.ts'
import { startTestGateway } from './testing/behind-gateway.ts'

const paths = {
  '/api/posts': { get: {}, post: {} },
  '/api/posts/{slug}': { get: {}, delete: {} },
  '/api/posts/latest': { get: {} },
  '/api/coins': { get: {} },
  '/api/sessions': { post: {} },
  '/api/a.b': { get: {} },
}
const methodsOf = apiMethodsOf(paths)

test.each([
  ['/api/posts', ['GET', 'HEAD', 'POST']],
  ['/api/posts/some-slug', ['GET', 'HEAD', 'DELETE']],
  ['/api/posts/latest', ['GET', 'HEAD', 'DELETE']],
  ['/api/sessions', ['POST']],
  ['/api/posts/', undefined],
  ['/API/posts', undefined],
  ['/api/posts/a/b', undefined],
  ['/api/aXb', undefined],
  ['/posts', undefined],
])('%s takes %j', (pathname, methods) => {
  expect(methodsOf(pathname)).toEqual(methods)
})

test('OPTIONS names all that the address takes, and what it does not take is refused with all', async () => {
  const { url, seen } = await startTestGateway({ apiMethods: methodsOf })
  const ask = async (method: string, path: string) => {
    const answer = await fetch(`${url}${path}`, { method })
    return [answer.status, answer.headers.get('allow')]
  }
  expect(await ask('OPTIONS', '/api/posts')).toEqual([204, 'GET, HEAD, POST'])
  expect(await ask('OPTIONS', '/api/coins')).toEqual([204, 'GET, HEAD'])
  expect(await ask('PUT', '/api/posts')).toEqual([405, 'GET, HEAD, POST'])
  expect(await ask('DELETE', '/api/coins')).toEqual([405, 'GET, HEAD'])
  expect(await ask('GET', '/api/sessions')).toEqual([405, 'POST'])
  expect(await ask('PROPFIND', '/api/coins')).toEqual([405, 'GET, HEAD'])
  expect(seen).toEqual([])
  await fetch(`${url}/api/sessions`, { headers: { accept: 'text/html' } })
  expect(seen.map(({ line, service }) => [line, service])).toEqual([['GET /api/sessions', 'read']])
})

test('each request goes to the side that knows the address', async () => {
  const { url, seen } = await startTestGateway({ apiMethods: methodsOf })
  const asked = [
    ['GET', '/api/posts', 'read'],
    ['POST', '/api/posts', 'write'],
    ['DELETE', '/api/posts/a', 'write'],
    ['PUT', '/api/nowhere', 'write'],
    // Pages: a form may go anywhere, all else is for the side that has the pages.
    ['POST', '/theme', 'write'],
    ['OPTIONS', '/market', 'read'],
    ['DELETE', '/market', 'read'],
    ['PROPFIND', '/market', 'read'],
  ] as const
  for (const [method, path] of asked) await fetch(`${url}${path}`, { method })
  expect(seen.map(({ line, service }) => [...line.split(' '), service])).toEqual(asked)
})
