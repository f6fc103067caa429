import { describe, expect, it } from 'vitest'
import { bounded } from './bounded.ts'

/** Work that ends when told to. */
function tasks() {
  const ends: (() => void)[] = []
  let most = 0
  let running = 0
  const work = () =>
    new Promise<string>(resolve => {
      most = Math.max(most, ++running)
      ends.push(() => {
        running -= 1
        resolve('done')
      })
    })
  return { work, ends, mostAtOnce: () => most }
}

describe('bounded work', () => {
  it('runs so much at once, lets so much wait, and turns the rest away without running it', async () => {
    const run = bounded(2, 1)
    const { work, ends, mostAtOnce } = tasks()
    const first = run(work)
    const second = run(work)
    const third = run(work)
    expect(await run(work)).toBeUndefined()
    expect(ends).toHaveLength(2)
    ends[0]?.()
    expect(await first).toBe('done')
    expect(ends).toHaveLength(3)
    ends[1]?.()
    ends[2]?.()
    expect(await Promise.all([second, third])).toEqual(['done', 'done'])
    expect(mostAtOnce()).toBe(2)
  })

  it('gives the place of work that failed to the next', async () => {
    const run = bounded(1, 5)
    const failed = run(() => Promise.reject(new Error('no')))
    const next = run(async () => 'next')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('next')
    expect(await run(async () => 'later')).toBe('later')
  })
})
