import { describe, expect, it } from 'vitest'
import { fixtureCoins } from '../testing/fixture-coins.ts'
import { fixturePosts } from '../testing/fixture-posts.ts'
import { countNewer, newerWords } from './newer.ts'
import { busyTags, listHref, listPath, listQueryOf, talkList } from './talk-data.ts'

const now = new Date('2024-06-11T14:00:00Z')
const posts = fixturePosts(now)

describe('the address of a list', () => {
  it('leaves out what everybody gets first', () => {
    expect(listHref(listQueryOf(new URLSearchParams('sort=new&from=1')))).toBe('/posts')
  })

  it('says all that differs, and asks the API for the same', () => {
    const list = listQueryOf(new URLSearchParams('sort=title&tag=fees&q=%24BTC&cursor=c&from=31'))
    expect(listHref(list)).toBe('/posts?sort=title&tag=fees&q=%24BTC&cursor=c&from=31')
    expect(listPath(list)).toBe('/api/posts?sort=title&tag=fees&q=%24BTC&cursor=c&limit=30')
  })

  it('reads nonsense as the plain list', () => {
    expect(listHref(listQueryOf(new URLSearchParams('sort=x&from=1e9')))).toBe('/posts')
  })
})

describe('a list', () => {
  it('carries the marks of the coins it names and of no others', () => {
    const coins = { items: fixtureCoins(now), nextCursor: null, market: null }
    const answer = { ok: true as const, value: coins, position: null }
    const { marks } = talkList({ items: posts.slice(0, 1), nextCursor: null }, answer)
    expect(Object.keys(marks)).toEqual(['BTC'])
  })

  it('stands without marks while prices rest', () => {
    const problem = { type: '', title: '', status: 503, code: 'unavailable' }
    const list = talkList({ items: posts, nextCursor: null }, { ok: false, problem })
    expect(list.marks).toEqual({})
    expect(list.posts).toBe(posts)
  })

  it('knows its busiest tags', () => {
    expect(busyTags(posts, 1)).toEqual([['fees', 6]])
  })
})

describe('new posts', () => {
  const [newest, second, third] = posts
  it('are those that came after the newest one shown', () => {
    if (!newest || !second || !third) throw new Error('the fixture has posts')
    expect(countNewer([third], [newest, second, third])).toBe(2)
    expect(countNewer([newest, second], [newest, second, third])).toBe(0)
    expect(countNewer([], [newest])).toBe(1)
  })

  it('are counted as far as one page can tell', () => {
    expect([1, 3, 30].map(newerWords)).toEqual([
      '1 new post',
      '3 new posts',
      '30 or more new posts',
    ])
  })
})
