import { given } from '@cryptotalks/shared-kernel/eventsourcing/testing/decider-spec'
import { describe, it } from 'vitest'
import { publishPost } from './commands/publish-post.ts'
import { post } from './state.ts'

const data = {
  postId: 'p-1',
  authorId: 'u-1',
  title: 'Fees',
  slug: 'fees',
  body: '# Why',
  tags: ['btc'],
}
const published = { type: 'PostPublished', data } as const

describe('publishing', () => {
  it('makes the post, with all that was written', () =>
    given(post).when(publishPost(data)).thenFacts(published))
  it('again does nothing', () => given(post, published).when(publishPost(data)).thenNothing())
})
