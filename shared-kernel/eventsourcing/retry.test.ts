import { expect, it } from 'vitest'
import { backoffMilliseconds, pause } from './retry.ts'

it('doubles its pauses up to the bound, and shortens each by at most a half', () => {
  const longest = [1, 2, 3, 4].map(attempt => backoffMilliseconds(attempt, () => 0, 20, 100))
  expect(longest).toEqual([20, 40, 80, 100])
  expect(backoffMilliseconds(2, () => 1, 20, 100)).toBe(20)
})

it('ends a pause at once when it is aborted, also when it was before', async () => {
  const controller = new AbortController()
  const waiting = pause(60_000, controller.signal)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(pause(60_000, controller.signal)).rejects.toThrow('enough')
})
