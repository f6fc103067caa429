import { describe, expect, it } from 'vitest'
import { fairQueue } from './fair-queue.ts'

/** Work that ends when told to, and the order in which it began. */
function tasks() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) => () =>
    new Promise<string>(resolve => {
      begun.push(name)
      ends.set(name, () => resolve(name))
    })
  /** Ends one, and waits until what follows from that has happened. */
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise(setImmediate)
  }
  return { begun, work, end }
}

describe('heavy work', () => {
  it('runs so much at once, lets so much wait, and turns the rest away without running it', async () => {
    const { begun, work, end } = tasks()
    const run = fairQueue({ atOnce: 2, mostWaiting: 1 })
    const [one, two, three] = ['1', '2', '3'].map(name => run('a', work(name)))
    expect(await run('a', work('4'))).toBeUndefined()
    expect(begun).toEqual(['1', '2'])
    await end('1')
    expect(begun).toEqual(['1', '2', '3'])
    await end('2')
    await end('3')
    expect(await Promise.all([one, two, three])).toEqual(['1', '2', '3'])
    expect(await Promise.all([run('b', async () => 5), run('c', async () => 6)])).toEqual([5, 6])
  })

  it('gives the place of work that failed to the next', async () => {
    const run = fairQueue({ atOnce: 1, mostWaiting: 5 })
    const failed = run('a', () => Promise.reject(new Error('no')))
    const next = run('b', async () => 'next')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('next')
    expect(await run('a', async () => 'later')).toBe('later')
  })

  it('of one who asks for much waits behind that of one who asks for little', async () => {
    const { begun, work, end } = tasks()
    const run = fairQueue({ atOnce: 1, mostWaiting: 10 })
    for (const name of ['a1', 'a2', 'a3', 'a4']) void run('a', work(name))
    for (const name of ['b1', 'c1', 'c2']) void run(name.charAt(0), work(name))
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'c2', 'a4']) await end(name)
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'c2', 'a4'])
  })

  it('is never kept out by a flood from elsewhere, which loses its newest instead', async () => {
    const { begun, work, end } = tasks()
    const run = fairQueue({ atOnce: 1, mostWaiting: 3 })
    const flood = ['f1', 'f2', 'f3', 'f4'].map(name => run('f', work(name)))
    const visitor = run('v', work('v1'))
    expect(await flood[3]).toBeUndefined()
    expect(await run('f', work('f5'))).toBeUndefined()
    const other = run('w', work('w1'))
    expect(await flood[2]).toBeUndefined()
    // One each is waiting now: nobody has more to lose than the one who comes.
    expect(await run('x', work('x1'))).toBeUndefined()
    for (const name of ['f1', 'f2', 'v1', 'w1']) await end(name)
    expect(await Promise.all([visitor, other])).toEqual(['v1', 'w1'])
    expect(begun).toEqual(['f1', 'f2', 'v1', 'w1'])
  })
})
