// A post goes public: its slug is reserved first, the post's own stream is written last.
//
// Broken off anywhere, it is finished by repeating the command, since post id and slugs follow from the command's id.

import { postStream } from '@cryptotalks/shared-kernel/events/streams'
import { derivedId } from '@cryptotalks/shared-kernel/eventsourcing/derived-ids'
import { KeyDestroyed } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import type { CommandMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { type Kernel, readState } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import {
  type KeyReused,
  type Outcome,
  runCommand,
} from '@cryptotalks/shared-kernel/eventsourcing/run-command'
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
    for (const [attempt, name] of slugsFor(title, postId).entries()) {
      const slug: Name = { kind: 'slug', name }
      if (await reservations.reserve(slug, postId, metadata)) return { slug, attempt }
    }
    throw new Error(`Every slug of post ${postId} is taken, even the one with its whole id`)
  }

  /** The slug under which the post went public; undefined before that. */
  const slugOf = async (postId: string, authorId: string): Promise<string | undefined> => {
    const state = await readState(kernel, postStream(postId), post)
    if (state.status === 'absent') return undefined
    if (state.slug === null) throw new KeyDestroyed(authorId)
    return state.slug
  }

  return async (draft, metadata) => {
    const postId = derivedId('post', metadata.commandId)
    // Without the author's key nothing can be written in the end, so that is no time to begin reserving.
    await kernel.keyring.require(draft.authorId)
    const reserved = await reserveSlug(draft.title, postId, metadata)
    const outcome = await runCommand(kernel, {
      streamName: postStream(postId),
      evolution: post,
      decide: publishPost({ ...draft, postId, slug: reserved.slug.name }),
      metadata,
      expects: 'no_stream',
      // A repetition may find another slug free than the first run did. Not the slug itself: it is personal, ids are not.
      variant: String(reserved.attempt),
    })
    if (outcome.kind === 'accepted' && !outcome.repeated)
      return published(outcome, postId, reserved.slug.name)
    // The post was public already, perhaps under another slug, and keeps that one.
    const slug = (await slugOf(postId, draft.authorId)) ?? reserved.slug.name
    if (slug !== reserved.slug.name) await reservations.release(reserved.slug, postId, metadata)
    return published(outcome, postId, slug)
  }
}

function published(outcome: Outcome<never>, postId: string, slug: string): Published {
  if (outcome.kind === 'refused') return outcome
  const { revision, position } = outcome
  return { kind: 'accepted', postId, slug, revision, position }
}
