// Who may do what: with streams by their ACLs and the defaults, with everything else by the groups one is in.
import {
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aStream, events, labels } from './harness.ts'
import { ADMIN, type Login, NOBODY, OPERATOR, SecureServer } from './secure-server.ts'

const DENIED = 'AccessDeniedError'
const house = new SecureServer()
let insider: NonNullable<Login>
let outsider: NonNullable<Login>
const clients = new Map<Login, ReturnType<SecureServer['as']>>()

/** One client a person: what it has open is told apart by who they are. */
function as(login: Login) {
  const client = clients.get(login) ?? house.as(login)
  clients.set(login, client)
  return client
}

beforeAll(async () => {
  await house.start()
  insider = await house.addUser('insider', 'editors')
  outsider = await house.addUser('outsider')
})
afterAll(() => house.remove())

/** `done`, or the name of the error. */
async function outcome(work: Promise<unknown> | AsyncIterable<unknown>): Promise<string> {
  try {
    if (Symbol.asyncIterator in work) for await (const _ of work);
    else await work
    return 'done'
  } catch (error) {
    return (error as Error).constructor.name
  }
}

/** One event of history is enough to know that a subscription was let in. */
async function begin(
  subscription: AsyncIterable<unknown> & { unsubscribe(): Promise<void> },
): Promise<void> {
  for await (const _ of subscription) break
  await subscription.unsubscribe()
}

type Act = (login: NonNullable<Login>, stream: string) => Promise<unknown> | AsyncIterable<unknown>
const ACTS = {
  read: (who, stream) => as(who).readStream(stream),
  subscribe: (who, stream) => begin(as(who).subscribeToStream(stream)),
  'batch append': (who, stream) => as(who).appendToStream(stream, events('b')),
  // Credentials of its own keep an append out of the batch.
  append: (who, stream) => as(who).appendToStream(stream, events('c'), { credentials: who }),
  'set metadata': (who, stream) => as(who).setStreamMetadata(stream, { n: 1 }),
  'get metadata': (who, stream) => as(who).getStreamMetadata(stream),
  delete: (who, stream) => as(who).deleteStream(stream),
  tombstone: (who, stream) => as(who).tombstoneStream(stream),
} satisfies Readonly<Record<string, Act>>
type ActName = keyof typeof ACTS
const ACT_NAMES = Object.keys(ACTS) as ActName[]

/** How each act on a stream of its own ends. */
async function outcomes(
  login: NonNullable<Login>,
  streamFor: () => Promise<string>,
): Promise<Record<string, string>> {
  const ended = ACT_NAMES.map(async name => {
    const act: Act = ACTS[name]
    return [name, await outcome(act(login, await streamFor()))] as const
  })
  return Object.fromEntries(await Promise.all(ended))
}
const all = (ending: string, but: readonly ActName[] = [], otherwise = DENIED) =>
  Object.fromEntries(ACT_NAMES.map(name => [name, but.includes(name) ? otherwise : ending]))

describe.each<[string, readonly ActName[]]>([
  ['readRoles', ['read', 'subscribe']],
  ['writeRoles', ['batch append', 'append']],
  ['deleteRoles', ['delete', 'tombstone']],
  ['metaReadRoles', ['get metadata']],
  ['metaWriteRoles', ['set metadata']],
])('a stream whose %s are some', (roles, denied) => {
  const streamFor = (role: string) => async () => {
    const stream = aStream()
    await as(ADMIN).appendToStream(stream, events('a'))
    await as(ADMIN).setStreamMetadata(stream, { acl: { [roles]: [role] } })
    return stream
  }

  test('denies others just that', async () => {
    expect(await outcomes(outsider, streamFor('editors'))).toEqual(all('done', denied))
  })
  test.each(['editors', 'insider', '$all'])('lets in whom %s stands for', async role => {
    expect(await outcomes(insider, streamFor(role))).toEqual(all('done'))
  })
  test('does not keep administrators out', async () => {
    expect(await outcomes(ADMIN, streamFor('editors'))).toEqual(all('done'))
  })
})

describe('streams without an ACL', () => {
  const streamFor = (prefix: string) => async () => {
    const stream = aStream(prefix)
    await as(ADMIN).appendToStream(stream, events('a'))
    return stream
  }

  test('are for every user', async () => {
    expect(await outcomes(outsider, streamFor('own'))).toEqual(all('done'))
    expect(await outcomes(OPERATOR, streamFor('own'))).toEqual(all('done'))
  })
  test('are for administrators where their name begins with $', async () => {
    expect(await outcomes(outsider, streamFor('$own'))).toEqual(all(DENIED))
    expect(await outcomes(OPERATOR, streamFor('$own'))).toEqual(all(DENIED))
    expect(await outcomes(ADMIN, streamFor('$own'))).toEqual(all('done'))
  })
  test('are for nobody who does not say who they are', async () => {
    const stream = await streamFor('own')()
    const acl = { readRoles: ['$all'], writeRoles: ['$all'] }
    await as(ADMIN).setStreamMetadata(stream, { acl })
    expect(await outcome(as(NOBODY).readStream(stream))).toBe(DENIED)
    expect(await outcome(as(NOBODY).appendToStream(stream, events('b')))).toBe(DENIED)
    expect(await outcome(as(NOBODY).readStream('missing'))).toBe(DENIED)
    expect(await labels(as(ADMIN).readStream(stream))).toEqual(['0:a'])
  })
})

test('$all is for administrators, read or subscribed to', async () => {
  const read = (who: Login) => outcome(as(who).readAll({ maxCount: 2 }))
  const subscribe = (who: Login) =>
    outcome(begin(as(who).subscribeToAll({ filter: streamNameFilter({ prefixes: ['$'] }) })))
  expect(await Promise.all([ADMIN, OPERATOR, outsider].map(read))).toEqual(['done', DENIED, DENIED])
  expect(await subscribe(outsider)).toBe(DENIED)
  expect(await subscribe(ADMIN)).toBe('done')
})

test('an empty list of roles leaves a right to administrators', async () => {
  const stream = aStream()
  await as(ADMIN).appendToStream(stream, events('a'))
  await as(ADMIN).setStreamMetadata(stream, { acl: { readRoles: [] } })
  expect(await outcome(as(insider).readStream(stream))).toBe(DENIED)
  expect(await outcome(as(ADMIN).readStream(stream))).toBe('done')
})

test('whoever is refused a batch append goes on with the next on the same call', async () => {
  const [closed, open] = [aStream(), aStream()]
  await as(ADMIN).setStreamMetadata(closed, { acl: { writeRoles: ['$admins'] } })
  const ended = [closed, open, closed, open].map(stream =>
    outcome(as(insider).appendToStream(stream, events('a'))),
  )
  expect(await Promise.all(ended)).toEqual([DENIED, 'done', DENIED, 'done'])
  expect(await labels(as(insider).readStream(open))).toEqual(['0:a', '1:a'])
})

test('metadata is deleted by administrators alone, whoever may write it', async () => {
  const stream = aStream()
  await as(ADMIN).setStreamMetadata(stream, { n: 1 })
  expect(await outcome(as(insider).deleteStream(`$$${stream}`))).toBe(DENIED)
  expect(await outcome(as(insider).tombstoneStream(`$$${stream}`))).toBe(DENIED)
  expect(await outcome(as(insider).setStreamMetadata(stream, { n: 2 }))).toBe('done')
})

test('an ACL goes with a soft delete', async () => {
  const stream = aStream()
  await as(ADMIN).appendToStream(stream, events('a'))
  await as(ADMIN).setStreamMetadata(stream, { acl: { writeRoles: ['$admins'] } })
  await as(ADMIN).deleteStream(stream)
  expect(await outcome(as(insider).appendToStream(stream, events('b')))).toBe('done')
})

test('$settings changes the defaults, at once and as long as it says so', async () => {
  const settle = (json: unknown) =>
    as(ADMIN).appendToStream('$settings', [
      { ...events('s')[0], type: 'update-default-acl', data: json } as never,
    ])
  const stream = aStream()
  await as(ADMIN).appendToStream(stream, events('a'))
  const reads = () =>
    Promise.all([
      outcome(as(insider).readStream(stream)),
      outcome(as(insider).readAll({ maxCount: 1 })),
      outcome(as(NOBODY).readStream(stream)),
    ])
  expect(await reads()).toEqual(['done', DENIED, DENIED])
  await settle({ $userStreamAcl: { $r: '$admins' }, $systemStreamAcl: { $r: ['editors'] } })
  expect(await reads()).toEqual([DENIED, 'done', DENIED])
  // What is no ACL says nothing.
  await settle({ $userStreamAcl: { $r: 7 } })
  expect(await reads()).toEqual(['done', DENIED, DENIED])
  await settle({})
  expect(await reads()).toEqual(['done', DENIED, DENIED])
})

describe('persistent subscriptions', () => {
  const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START })
  const consume = (who: Login, stream: string) =>
    outcome(begin(as(who).subscribeToPersistentSubscriptionToStream(stream, 'group')))

  test('are made by operators, told of to users, read by readers of the stream', async () => {
    const stream = aStream()
    await as(ADMIN).appendToStream(stream, events('a'))
    const create = (who: Login) =>
      outcome(as(who).createPersistentSubscriptionToStream(stream, 'group', settings))
    expect(await create(NOBODY)).toBe(DENIED)
    expect(await create(insider)).toBe(DENIED)
    expect(await create(OPERATOR)).toBe('done')
    const info = (who: Login) =>
      outcome(as(who).getPersistentSubscriptionToStreamInfo(stream, 'group'))
    expect(await info(NOBODY)).toBe(DENIED)
    expect(await info(insider)).toBe('done')
    expect(await consume(insider, stream)).toBe('done')
    expect(await consume(NOBODY, stream)).toBe(DENIED)
    await as(ADMIN).setStreamMetadata(stream, { acl: { readRoles: ['$admins'] } })
    expect(await consume(insider, stream)).toBe(DENIED)
    const remove = (who: Login) =>
      outcome(as(who).deletePersistentSubscriptionToStream(stream, 'group'))
    expect(await remove(insider)).toBe(DENIED)
    expect(await remove(ADMIN)).toBe('done')
  })
})

test('projections are switched by operators and seen by users', async () => {
  const enable = (who: Login) => outcome(as(who).enableProjection('$by_category'))
  expect(await enable(insider)).toBe(DENIED)
  expect(await outcome(as(insider).listProjections())).toBe('done')
  expect(await enable(OPERATOR)).toBe('done')
})
