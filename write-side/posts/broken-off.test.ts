import { randomBytes, randomUUID } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createMemoryKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-memory'
import { OutcomeUnknown } from '@cryptotalks/shared-kernel/eventsourcing/read-state'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMakeMetadata } from '../commands/command-metadata.ts'
import { createReservations } from '../reservations/reservations.ts'
import { createSecrets } from '../secrets.ts'
import { dyingStore } from '../testing/dying-store.ts'
import { createPublishing } from './publishing.ts'

const secrets = createSecrets(randomBytes(32))
const keyring = createMemoryKeyring()
const author = randomUUID()

let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
beforeAll(async () => {
  await keyring.create(author)
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
})
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

/** Publishes as the route would, in a process that has this store. */
function publish(on: EventStore, title: string, key: string) {
  const kernel = { store: on, registry, keyring }
  const flow = createPublishing(kernel, createReservations(kernel, secrets))
  const input = { title, body: 'Text.', tags: [] }
  const asked = { visitor: { userId: author }, idempotencyKey: key, correlationId: 'test' }
  return flow(
    { ...input, authorId: author },
    createMakeMetadata(secrets)('PublishPost', asked, input),
  )
}

describe('publishing that is broken off', () => {
  const places = [0, 1].flatMap(appends =>
    (['before', 'after'] as const).map(dies => ({ appends, dies })),
  )
  it.concurrent.each(places)(
    'is finished by the same command: $appends appends, then killed $dies the next',
    async ({ appends, dies }) => {
      const [title, key] = [`Broken ${appends} ${dies}`, randomUUID()]
      const dying = dyingStore(store, appends, dies)
      await expect(publish(dying, title, key)).rejects.toThrow(OutcomeUnknown)
      const finished = await publish(store, title, key)
      const slug = title.toLowerCase().replaceAll(' ', '-')
      expect(finished).toMatchObject({ kind: 'accepted', slug, revision: 0 })
      expect(await publish(store, title, key)).toEqual(finished)
      const postId = finished.kind === 'accepted' ? finished.postId : ''
      expect(await store.read(`post-${postId}`)).toHaveLength(1)
    },
  )
})
