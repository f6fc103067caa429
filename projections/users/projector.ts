// Rows of people and of their open sessions.
import { SignedIn, SignedOut, UserRegistered } from '@cryptotalks/shared-kernel/events/users'
import { momentOf, occurredAt } from '../engine/event-time.ts'
import { defineProjector, rowsOf } from '../engine/projector.ts'
import { sessions, users } from './tables.ts'

export const usersProjector = defineProjector({
  name: 'users',
  version: 1,
  handles: [UserRegistered, SignedIn, SignedOut],
  tables: [
    rowsOf(users, on => [
      on(UserRegistered, {
        keysOf: ({ data }) => [{ id: data.userId }],
        apply: (_row, event, { id }) => ({
          id,
          username: event.data.username,
          username_key: event.data.username?.toLowerCase() ?? null,
          email: event.data.email,
          joined_at: occurredAt(event),
          revision: event.revision,
          position: event.position,
        }),
      }),
    ]),
    rowsOf(sessions, on => [
      on(SignedIn, {
        keysOf: ({ data }) => [{ id: data.sessionId }],
        apply: (_row, event, { id }) => ({
          id,
          user_id: event.data.userId,
          started_at: occurredAt(event),
          expires_at: momentOf(event.data.expiresAt),
          position: event.position,
        }),
      }),
      on(SignedOut, {
        keysOf: ({ data }) => [{ id: data.sessionId }],
        apply: () => 'delete',
      }),
    ]),
  ],
})
