import { expect, it } from 'vitest'
import { tagsOf } from './tags.ts'

it('takes words between commas, spaces and signs, each once', () => {
  expect(tagsOf(' Custody, #how-to,,how-to  fees ')).toEqual(['custody', 'how-to', 'fees'])
  expect(tagsOf('')).toEqual([])
})
