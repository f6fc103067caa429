import { correlationId } from '@cryptotalks/shared-kernel/http/correlation-id'
import Koa from 'koa'
import { inject } from 'light-my-request'
import { describe, expect, it } from 'vitest'
import { askInProcess } from './ask-in-process.ts'

/** What the API is asked with by a page that asks twice, so many milliseconds apart. */
async function asked(cookie: string, milliseconds: number) {
  const api = new Koa()
  api.use(correlationId())
  api.use(ctx => {
    ctx.append('Set-Cookie', ['a=1', 'b=2'])
    ctx.status = 202
    ctx.body = {
      path: ctx.url,
      cookie: ctx.get('Cookie'),
      prefer: ctx.get('Prefer'),
      id: ctx.state.correlationId,
    }
  })
  let now = 0
  const handler = api.callback()
  const ask = askInProcess(
    () => handler,
    () => now,
  )
  const page = new Koa()
  page.use(correlationId())
  page.use(async ctx => {
    const first = await ask('/api/a?b=%20', ctx)
    now += milliseconds
    const second = await ask('/api/c', ctx)
    const cookies = first.headers.getSetCookie()
    ctx.body = { status: first.status, cookies, answers: [await first.json(), await second.json()] }
  })
  const answer = await inject(page.callback(), {
    method: 'GET',
    url: '/',
    headers: { cookie, 'x-correlation-id': 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f' },
  })
  return answer.json()
}

describe('a page that asks the API in process', () => {
  it('asks as its visitor, under its own correlation id', async () => {
    const { status, cookies, answers } = await asked('theme=dark; after=7; x=1', 0)
    expect([status, cookies]).toEqual([202, ['a=1', 'b=2']])
    const cookie = 'theme=dark; after=7; x=1'
    expect(answers).toEqual([
      { path: '/api/a?b=%20', cookie, prefer: '', id: 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f' },
      { path: '/api/c', cookie, prefer: '', id: 'b39b7c9e-2c55-4d3a-9d6e-0a1b2c3d4e5f' },
    ])
  })

  it('waits no more for what was written once it has waited long', async () => {
    const { answers } = await asked('theme=dark; after=7; x=1', 5_000)
    const cookie = 'theme=dark; after=7; x=1'
    expect(answers).toMatchObject([
      { cookie, prefer: '' },
      { cookie, prefer: 'wait=0' },
    ])
  })
})
