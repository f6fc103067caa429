import { tagsOf } from '@cryptotalks/web/forms/tags'
import { describe, expect, it } from 'vitest'
import { postSchema } from './input.ts'
import { tagWords } from './tags.ts'

const taken = (tags: readonly string[]) =>
  postSchema.safeParse({ title: 'A title', body: 'A body', tags }).data?.tags

describe('the tags of a form', () => {
  it.each([
    ['#custody, #How-To', ['custody', 'how-to']],
    ['a, a, a, a, a, a', ['a']],
    [' ##DeFi,,defi  #l2 ', ['defi', 'l2']],
    ['#', []],
    ['', []],
  ])('%j are the same with and without scripts', (text, tags) => {
    expect(taken(tagWords(text))).toEqual(tags)
    expect(taken(tagsOf(text))).toEqual(tags)
  })

  it('are taken in full width, and from a program as from a form', () => {
    expect(taken(['＃ＢＴＣ', 'btc', '#BTC'])).toEqual(['btc'])
  })

  it.each([
    [['a', 'b', 'c', 'd', 'e', 'f']],
    [['']],
    [['#']],
    [['---']],
    [['a\u200bb']],
    [['a b']],
    [['é']],
    [['t'.repeat(21)]],
  ])('%j are refused', tags => {
    expect(taken(tags)).toBeUndefined()
  })
})
