import { describe, expect, it } from 'vitest'
import { checkpointOf, createPositions } from './positions.ts'

const long = 60_000
const at = (projector: string, position: bigint, version = 1) => ({ projector, version, position })

describe('positions', () => {
  it('are unknown until all projectors asked for are known', () => {
    const positions = createPositions()
    expect(positions.of(['posts'])).toBeUndefined()
    positions.replace([at('posts', 5n)])
    expect(positions.of(['posts'])).toBe(5n)
    expect(positions.of(['posts', 'users'])).toBeUndefined()
  })

  it('of several projectors are those of the slowest', () => {
    const positions = createPositions()
    positions.replace([at('posts', 5n), at('users', 3n), at('rates', 1n)])
    expect(positions.of(['posts', 'users'])).toBe(3n)
  })

  it('end a wait as soon as the last of its projectors is there', async () => {
    const positions = createPositions()
    positions.replace([at('posts', 1n), at('users', 1n)])
    const order: string[] = []
    const waited = positions.reached(['posts', 'users'], 5n, long).then(reached => {
      order.push('reached')
      return reached
    })
    positions.advance(at('posts', 9n))
    await Promise.resolve()
    order.push('posts')
    positions.advance(at('users', 5n))
    expect(await waited).toBe(true)
    expect(order).toEqual(['posts', 'reached'])
  })

  it('end a wait that is in vain when its time is up', async () => {
    const positions = createPositions()
    positions.replace([at('posts', 4n)])
    expect(await positions.reached(['posts'], 5n, 10)).toBe(false)
    expect(await positions.reached(['posts'], 4n, 10)).toBe(true)
  })

  it('do not heed a version that is not shown, nor go back by a late word', () => {
    const positions = createPositions()
    positions.replace([at('posts', 4n)])
    positions.advance(at('posts', 9n, 2))
    positions.advance(at('posts', 2n))
    positions.advance(at('unknown', 9n))
    expect(positions.of(['posts'])).toBe(4n)
  })

  it('name a state that changes with each of its projectors, and with the version shown', () => {
    const positions = createPositions()
    const states = [positions.stateOf(['posts', 'users'])]
    const look = () => states.push(positions.stateOf(['posts', 'users']))
    positions.replace([at('posts', 4n), at('users', 4n)])
    look()
    positions.advance(at('users', 5n))
    look()
    positions.replace([at('posts', 4n, 2), at('users', 5n)])
    look()
    expect(states[0]).toBeUndefined()
    expect(new Set(states).size).toBe(4)
    positions.advance(at('rates', 9n))
    expect(positions.stateOf(['posts', 'users'])).toBe(states[3])
  })

  it('name no state while nobody tells of them, but forget nothing', async () => {
    const positions = createPositions()
    positions.replace([at('posts', 4n)])
    positions.lose()
    expect(positions.stateOf(['posts'])).toBeUndefined()
    expect(await positions.reached(['posts'], 4n, 10)).toBe(true)
    positions.replace([at('posts', 4n)])
    expect(positions.stateOf(['posts'])).toBeDefined()
  })

  it('tell of what is being rebuilt: the one that is furthest from its end', () => {
    const positions = createPositions()
    expect(positions.rebuilding(['posts'])).toBeUndefined()
    positions.replace([at('users', 4n)], new Map([['posts', 0.5]]))
    expect(positions.rebuilding(['users'])).toBeUndefined()
    expect(positions.rebuilding([])).toBeUndefined()
    expect(positions.rebuilding(['users', 'posts'])).toEqual({ projector: 'posts', progress: 0.5 })
    expect(positions.rebuilding(['posts', 'rates'])).toEqual({ projector: 'rates', progress: 0 })
    positions.replace([at('users', 4n), at('posts', 4n), at('rates', 4n)])
    expect(positions.rebuilding(['posts', 'rates'])).toBeUndefined()
  })

  it('name another state for rows that were made anew', () => {
    const positions = createPositions()
    positions.replace([{ ...at('posts', 4n), generation: 'a' }])
    const before = positions.stateOf(['posts'])
    positions.replace([], new Map([['posts', 0]]))
    expect(positions.stateOf(['posts'])).toBeUndefined()
    positions.replace([{ ...at('posts', 4n), generation: 'b' }])
    expect(positions.stateOf(['posts'])).not.toBe(before)
  })

  it('of a version that is newly shown replace those of the one before', () => {
    const positions = createPositions()
    positions.replace([at('posts', 4n)])
    positions.replace([at('posts', 6n, 2)])
    positions.advance(at('posts', 8n))
    expect(positions.of(['posts'])).toBe(6n)
  })
})

describe('what projectors tell', () => {
  it('is read to the last digit', () => {
    const payload = '{"projector":"posts","version":1,"position":"18446744073709551615"}'
    expect(checkpointOf(payload)).toEqual(at('posts', 18_446_744_073_709_551_615n))
  })

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"projector":"posts","version":1,"position":12}',
    '{"position":',
  ])('is nothing when it is %j', payload => expect(checkpointOf(payload)).toBeUndefined())
})
