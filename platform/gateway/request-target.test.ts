// Each target has one reading; what could have a second one never gets as far as a service.
import { expect, test } from 'vitest'
import { isInternal, targetOf } from './request-target.ts'

const read = (written: string, method = 'GET') => {
  const target = targetOf(method, written)
  if (target === 'server') return target
  return 'refusal' in target ? target.refusal.status : target
}

test.each([
  ['/', { path: '/' }],
  ['/posts?q=100%&sort=new', { path: '/posts?q=100%&sort=new' }],
  ['/posts/%E5%B8%81', { path: '/posts/%E5%B8%81' }],
  ['/posts/a%2Fb', { path: '/posts/a%2Fb' }],
  ['/posts/', { path: '/posts/' }],
  ['/?back=//evil.example/..', { path: '/?back=//evil.example/..' }],
  ['http://talks.example/posts?a', { path: '/posts?a', authority: 'talks.example' }],
  ['HTTPS://talks.example:8443', { path: '/', authority: 'talks.example:8443' }],
  ['http://talks.example?a', { path: '/?a', authority: 'talks.example' }],
  ['http://evil@talks.example/', { path: '/', authority: 'evil@talks.example' }],
] as const)('%s is read', (written, target) => {
  expect(read(written)).toEqual(target)
})

test.each([
  '//',
  '//evil.example/posts',
  '///',
  '//[',
  '//a:99999999/',
  '//%23a',
  '/\\evil.example/',
  '/a\\b',
  '/a//b',
  '/.',
  '/./metrics',
  '/x/../metrics',
  '/x/%2e%2E/metrics',
  '/%2e',
  '/a/.%2e',
  'http://talks.example//evil.example',
])('%s leads nowhere', written => {
  expect(read(written)).toBe(404)
})

test.each([
  '*',
  'posts',
  '?a',
  '',
  'ftp://talks.example/',
  'javascript:alert(1)',
  'talks.example:80',
  '/%',
  '/%zz',
  '/%ff',
  '/%00',
  '/posts?q=%00',
  '/a#b',
  '/a b',
  '/\u0001',
  '/\u007f',
  '/\u00e4',
])('%s can not be read', written => {
  expect(read(written)).toBe(400)
})

test('* asks for the server, and only of OPTIONS', () => {
  expect(read('*', 'OPTIONS')).toBe('server')
})

test.each([
  '/metrics',
  '/metrics/',
  '/METRICS',
  '/%6detrics',
  '/health',
  '/Health/ready/',
  '/health/x',
])('%s is internal', pathname => {
  expect(isInternal(pathname)).toBe(true)
})

test.each(['/', '/metricsx', '/posts/metrics', '/healthy', '/api/health'])(
  '%s is not',
  pathname => {
    expect(isInternal(pathname)).toBe(false)
  },
)
