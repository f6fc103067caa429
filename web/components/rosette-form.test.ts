import { expect, it } from 'vitest'
import { coinHue, rosetteOf } from './rosette-form.ts'

const ids = Array.from({ length: 500 }, (_, index) => `user-${index}`)

it('draws the same rosette for the same person', () => {
  expect(rosetteOf('user-5be1')).toEqual(rosetteOf('user-5be1'))
})

it('uses all eight forms and all nine hues', () => {
  const rosettes = ids.map(rosetteOf)
  expect(new Set(rosettes.map(rosette => rosette.drawing)).size).toBe(8)
  expect(new Set(rosettes.map(rosette => rosette.hue)).size).toBe(9)
})

it('names hues that the sheet has', () => {
  for (const id of ids) expect(coinHue(id)).toMatch(/^u[1-9]$/)
})
