import { describe, expect, it } from 'vitest'
import { given, recorded } from '../testing/projector-spec.ts'
import { postsProjector } from './projector.ts'
import { authors, posts } from './tables.ts'

const joined = (userId: string, username: string | null) =>
  recorded({ type: 'UserRegistered', data: { userId, username, email: null, passwordHash: null } })
const published = (postId: string, data: object = {}) =>
  recorded(
    {
      type: 'PostPublished',
      data: {
        postId,
        authorId: 'u-1',
        title: 'On Halvings',
        slug: `on-halvings-${postId}`,
        body: '**Bold** words on $BTC and $ETH.',
        tags: ['mining', 'Ölpreis'],
        ...data,
      },
    },
    { position: 9n, occurredAt: '2026-01-02T00:00:00.000Z' },
  )
const forgotten = { title: null, slug: null, body: null }

describe('the rows of posts', () => {
  it('hold a post rendered, with what lists and searches need', () => {
    const [post] = given(postsProjector, published('1')).rows(posts)
    expect(post).toMatchObject({
      id: '1',
      slug: 'on-halvings-1',
      title: 'On Halvings',
      body: '**Bold** words on $BTC and $ETH.',
      tags: ['mining', 'Ölpreis'],
      coins: ['BTC', 'ETH'],
      words: 6,
      author_id: 'u-1',
      published_at: new Date('2026-01-02T00:00:00.000Z'),
      revision: 0,
      position: 9n,
      search: 'on halvings\n#mining\n#ölpreis\n**bold** words on $btc and $eth.',
    })
    expect(post?.html).toContain('<strong>Bold</strong>')
    expect(post?.summary).toContain('Bold words')
  })

  it('leave out a post whose author was forgotten, and do not count it', () => {
    const { parked, rows } = given(postsProjector, joined('u-1', null), published('1', forgotten))
    expect(parked).toEqual([])
    expect(rows(posts)).toEqual([])
    expect(rows(authors)).toEqual([{ id: 'u-1', username: null, username_key: null, posts: 0 }])
  })

  it('count the posts of each author, also of one who never posted', () => {
    const { rows } = given(
      postsProjector,
      joined('u-1', 'Ada'),
      joined('u-2', 'Bo'),
      published('1'),
      published('2'),
    )
    expect(rows(authors)).toEqual([
      { id: 'u-1', username: 'Ada', username_key: 'ada', posts: 2 },
      { id: 'u-2', username: 'Bo', username_key: 'bo', posts: 0 },
    ])
  })
})
