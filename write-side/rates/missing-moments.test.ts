import { describe, expect, it } from 'vitest'
import { missingMoments } from './missing-moments.ts'

const now = new Date('2026-03-08T12:02:00.000Z')
const times = (newest?: string) =>
  missingMoments(newest === undefined ? undefined : new Date(newest), now).map(moment =>
    moment.toISOString(),
  )

describe('the moments to fill in', () => {
  it('are a week by the hour and the last two hours by five minutes, each once', () => {
    const all = times()
    expect(all).toHaveLength(168 + 24 - 2)
    expect(all[0]).toBe('2026-03-01T13:00:00.000Z')
    expect(all.at(-1)).toBe('2026-03-08T12:00:00.000Z')
    expect(all).toContain('2026-03-08T10:05:00.000Z')
    expect(new Set(all).size).toBe(all.length)
  })

  it('come in the order of time, so that each is newer than the last', () =>
    expect(times()).toEqual([...times()].sort()))

  it('begin after what is recorded', () =>
    expect(times('2026-03-08T11:47:12.000Z')).toEqual([
      '2026-03-08T11:50:00.000Z',
      '2026-03-08T11:55:00.000Z',
      '2026-03-08T12:00:00.000Z',
    ]))

  it('are none when the newest is of this minute', () =>
    expect(times('2026-03-08T12:01:55.000Z')).toEqual([]))
})
