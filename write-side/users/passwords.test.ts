import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createPasswords } from './passwords.ts'

const salt = randomBytes(16)
const times = <Result>(count: number, work: (n: number) => Promise<Result>) =>
  Array.from({ length: count }, (_, n) => work(n))

describe('passwords', () => {
  it('are told apart, in whatever way their letters are written', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('caf\u00e9 at night', salt, 'here')
    expect(await passwords.verify('cafe\u0301 at night', hash, 'here')).toBe(true)
    expect(await passwords.verify('cafe at night', hash, 'here')).toBe(false)
    expect(await passwords.verify('caf\u00e9 at night', undefined, 'here')).toBe(false)
  })

  it('of a flood of people who join keep nobody from signing in', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('right', salt, 'here')
    const flood = times(100, n => passwords.hash('any', salt, `flood ${n % 50}`))
    const signedIn = times(8, n => passwords.verify('right', hash, `address ${n}`))
    expect(await Promise.all(signedIn)).toEqual(Array(8).fill(true))
    // It was one: of its hundred most were turned away.
    expect((await Promise.all(flood)).filter(made => made === undefined).length).toBeGreaterThan(50)
  })

  it('of one address that tries many keep no other address from signing in', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('right', salt, 'here')
    const flood = times(100, () => passwords.verify('wrong', hash, 'flood'))
    const signedIn = times(8, n => passwords.verify('right', hash, `address ${n}`))
    expect(await Promise.all(signedIn)).toEqual(Array(8).fill(true))
    expect(new Set(await Promise.all(flood))).toEqual(new Set([false, undefined]))
  })
})
