import { createApp } from '@cryptotalks/shared-kernel/http/create-app'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { inject } from 'light-my-request'
import { describe, expect, it } from 'vitest'
import { formAddresses } from './form-addresses.ts'

const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: createMetrics('test'),
  publicUrl: 'https://talks.example',
  routers: [],
  first: formAddresses(),
  otherwise: ctx => {
    ctx.body = 'went on'
  },
})
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const ask = async (url: string, headers: Record<string, string> = browser) => {
  const answer = await inject(app.callback(), { method: 'GET', url, headers })
  return answer.statusCode === 303 ? answer.headers.location : answer.body
}

describe('the address that a refused form leaves in the address bar', () => {
  it.each([
    ['/api/users', '/sign-up'],
    ['/api/sessions', '/sign-in'],
    ['/api/sessions/current', '/'],
    ['/api/posts', '/posts/new'],
    ['/api/previews', '/posts/new'],
    ['/theme', '/'],
  ])('%s leads a browser to %s, and a program nowhere', async (address, page) => {
    expect(await ask(address)).toBe(page)
    for (const accept of ['application/json', '*/*'])
      expect(await ask(address, { accept })).toBe('went on')
  })

  it('is left alone with a query, and so is every other', async () => {
    for (const url of [
      '/api/posts?limit=2',
      '/api/coins',
      '/posts',
      '/api/users/ann',
      '/api/users/',
    ])
      expect(await ask(url)).toBe('went on')
  })
})

describe('after signing in', () => {
  const cookie = `__Host-session=${'A'.repeat(43)}`
  const signedIn = (back: string, headers: object = { cookie }) =>
    ask(`/signed-in${back}`, { ...browser, ...headers })

  it('a browser that kept the session goes on to where it wanted', async () => {
    expect(await signedIn('?back=%2Fposts%2Fnew%3Ffrom%3Dmenu')).toBe('/posts/new?from=menu')
    expect(await signedIn('')).toBe('/')
  })

  it.each(['//evil.example', 'https://evil.example/', '/%5Cevil.example', '%0A/x'])(
    'is never led to %s',
    async back => {
      expect(await signedIn(`?back=${back}`)).toBe('/')
      expect(await signedIn(`?back=${back}&back=${back}`)).toBe('/')
    },
  )

  it('is led there by a header of a size that every proxy takes', async () => {
    const back = '%25'.repeat(4_000)
    expect(await signedIn(`?back=/${back}`, {})).toBe('/sign-in?unkept=1')
  })

  it('one that did not keep it is led to where it is told so', async () => {
    for (const headers of [{}, { cookie: 'after=17' }, { cookie: '__Host-session=' }])
      expect(await signedIn('?back=%2Fmarket', headers)).toBe('/sign-in?unkept=1&back=%2Fmarket')
  })
})
