import Koa from 'koa'
import { inject } from 'light-my-request'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSharedAnswers, type SharedAnswers, sharedAnswers } from './shared-answers.ts'

let answers: SharedAnswers
let state: string | undefined
let made: number
let cacheControl: string
let status: number

const app = new Koa()
app.use((ctx, next) => sharedAnswers(answers, () => state)(ctx, next))
app.use(ctx => {
  made += 1
  ctx.status = status
  ctx.set('Cache-Control', cacheControl)
  ctx.set('ETag', `W/"${made}"`)
  ctx.type = 'json'
  ctx.body = JSON.stringify({ made })
})
const handler = app.callback()
const ask = (url = '/list') => inject(handler, { method: 'GET', url })

beforeEach(() => {
  answers = createSharedAnswers()
  state = '1@5'
  made = 0
  cacheControl = 'public, no-cache'
  status = 200
})

describe('a public answer', () => {
  it('is given again while its rows are the same, just as it was', async () => {
    const first = await ask()
    const again = await ask()
    expect(made).toBe(1)
    expect(again.payload).toBe(first.payload)
    for (const name of ['etag', 'content-type', 'cache-control', 'content-length'])
      expect(again.headers[name]).toBe(first.headers[name])
  })

  it('is made anew when its rows have changed', async () => {
    await ask()
    state = '1@6'
    expect((await ask()).json()).toEqual({ made: 2 })
  })

  it('is made anew when it is not known whether they have', async () => {
    await ask()
    state = undefined
    expect((await ask()).json()).toEqual({ made: 2 })
    state = '1@5'
    expect((await ask()).json()).toEqual({ made: 1 })
  })

  it('is another one for another address', async () => {
    await ask('/list?limit=1')
    await ask('/list?limit=2')
    expect(made).toBe(2)
  })

  it('that was made while the rows changed counts as of before the change', async () => {
    const changing = new Koa()
    changing.use((ctx, next) => sharedAnswers(answers, () => state)(ctx, next))
    changing.use(ctx => {
      made += 1
      state = '1@6'
      ctx.set('Cache-Control', cacheControl)
      ctx.set('ETag', 'W/"x"')
      ctx.body = 'text'
    })
    const url = '/list'
    await inject(changing.callback(), { method: 'GET', url })
    await inject(changing.callback(), { method: 'GET', url })
    expect(made).toBe(2)
  })
})

describe('what is kept', () => {
  it('is no private answer', async () => {
    cacheControl = 'private, no-cache'
    await ask()
    await ask()
    expect(made).toBe(2)
  })

  it('is no refusal', async () => {
    status = 404
    await ask()
    await ask()
    expect(made).toBe(2)
  })

  it('is bounded: the oldest goes', async () => {
    for (let index = 0; index < 300; index += 1) await ask(`/list?${index}`)
    expect(answers.size).toBe(256)
    await ask('/list?299')
    expect(made).toBe(300)
    await ask('/list?0')
    expect(made).toBe(301)
  })

  it('is nothing with a very long address', async () => {
    await ask(`/list?q=${'x'.repeat(400)}`)
    expect(answers.size).toBe(0)
  })
})
