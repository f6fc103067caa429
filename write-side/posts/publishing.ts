// A post goes public: its slug is reserved first, the post's own stream is written last.
//
// Broken off anywhere, it is finished by repeating the command, since post id and slugs follow from the command's id.

import { postStream } from '@cryptotalks/shared-kernel/events/streams'
import { derivedId } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { Kernel } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { type KeyReused, runCommand } from '@cryptotalks/shared-kernel/eventsourcing/run-command'
import type { Name, Reservations } from '../reservations/reservations.ts'
import { publishPost } from './commands/publish-post.ts'
import { slugsFor } from './slug.ts'
import { post } from './state.ts'

export interface Draft {
  readonly authorId: string
  readonly title: string
  readonly body: string
  readonly tags: readonly string[]
}

export type Published =
  | {
      readonly kind: 'accepted'
      readonly postId: string
      readonly slug: string
      readonly revision: number
      readonly position: Position
    }
  | { readonly kind: 'refused'; readonly refusal: KeyReused }

export type Publish = (draft: Draft, metadata: CommandMetadata) => Promise<Published>

/** The flow over what it needs. It throws `OutcomeUnknown` when the event store or the keys stay out of reach. */
export function createPublishing(kernel: Kernel, reservations: Reservations): Publish {
  const reserveSlug = async (title: string, postId: string, metadata: CommandMetadata) => {
    for (const name of slugsFor(title, postId)) {
      const slug: Name = { kind: 'slug', name }
      if (await reservations.reserve(slug, postId, metadata)) return slug
    }
    throw new Error(`Every slug of post ${postId} is taken, even the one with its whole id`)
  }

  return async (draft, metadata) => {
    const postId = derivedId('post', metadata.commandId)
    // Without the author's key nothing can be written in the end, so that is no time to begin reserving.
    await kernel.keyring.obtain(draft.authorId)
    const reserved = await reserveSlug(draft.title, postId, metadata)
    const outcome = await runCommand(kernel, {
      streamName: postStream(postId),
      evolution: post,
      expects: 'no_stream',
      decide: publishPost({ ...draft, postId, slug: reserved.name }),
      metadata,
    })
    if (outcome.kind === 'refused') return outcome
    const { events, revision, position } = outcome
    // Null for a post whose author was erased since.
    const published = events.find(({ type }) => type === 'PostPublished')?.data.slug
    const slug = typeof published === 'string' ? published : reserved.name
    // When it was first published a better slug was taken, which has become free since: the post keeps its own.
    if (slug !== reserved.name) await reservations.release(reserved, postId, metadata)
    return { kind: 'accepted', postId, slug, revision, position }
  }
}
