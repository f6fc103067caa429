import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { StoredEvent } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import { toStored } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { EventMetadata } from '@cryptotalks/shared-kernel/eventsourcing/metadata'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'

let side: TestWriteSide
let author: { readonly Cookie: string }
beforeAll(async () => {
  side = await startTestWriteSide()
  const { Cookie } = await side.member()
  author = { Cookie }
})
afterAll(() => side?.stop())

const draft = (more: object = {}) => ({
  title: 'What fees tell',
  body: '**Much.**',
  tags: [],
  ...more,
})
const publish = (body: object, headers: object = {}) =>
  side.post('/api/posts', body, { ...author, ...headers })
const postsIn = async () => (await side.wholeLog()).split('"PostPublished"').length - 1

/** Gives back the slug of a post that was published after `since`, as a race that is lost would. */
async function releaseSlugOf(holder: string, since: bigint) {
  const data = { kind: 'slug', holder }
  let reserved: StoredEvent | undefined
  const fromPosition = { commit: since, prepare: since }
  for await (const resolved of side.store.client.readAll({ fromPosition })) {
    const event = toStored(resolved)
    if (event?.type === 'NameReserved' && isDeepStrictEqual(event.data, data)) reserved = event
  }
  if (!reserved) throw new Error(`No slug was reserved for ${holder}`)
  const metadata = reserved.metadata as EventMetadata
  const released = { id: randomUUID(), type: 'NameReleased', data, schemaVersion: 1, metadata }
  await side.store.append(reserved.streamName, 0, [released])
}

describe('publishing', () => {
  it('answers where the post is, its revision, and from where on it can be read', async () => {
    const sent = await publish(
      draft({ title: '  Proof of Patience  ', tags: ['DeFi', 'defi', 'l2'] }),
    )
    expect(sent).toMatchObject({ status: 201, body: { slug: 'proof-of-patience', revision: 0 } })
    expect(sent.headers.get('Location')).toBe('/api/posts/proof-of-patience')
    expect(sent.headers.get('ETag')).toBe('"0"')
    const [event] = await side.store.read(`post-${sent.body.id}`)
    expect(sent.headers.get('Cryptotalks-Position')).toBe(String(event?.position))
    expect(event).toMatchObject({
      data: { tags: ['defi', 'l2'] },
      metadata: { actor: { kind: 'user' } },
    })
    expect(await side.wholeLog()).not.toMatch(/patience/i)
  })

  it('under one title gives each post a slug of its own, at once too', async () => {
    const sent = await Promise.all(Array.from({ length: 8 }, () => publish(draft())))
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([201]))
    const slugs = sent.map(({ body }) => String(body.slug))
    expect(new Set(slugs).size).toBe(8)
    expect(slugs.filter(slug => slug === 'what-fees-tell')).toHaveLength(1)
    for (const slug of slugs) expect(slug).toMatch(/^what-fees-tell(-[0-9a-f]{6})?$/)
  })

  it('makes a slug of the id when the title leaves none, and never takes a page’s', async () => {
    const { body } = await publish(draft({ title: '比特币与耐心' }))
    expect(body.slug).toBe(`post-${String(body.id).slice(0, 6)}`)
    const page = await publish(draft({ title: 'New' }))
    expect(page.body.slug).toMatch(/^new-/)
  })

  it('many times at once under one key publishes once and answers alike', async () => {
    const before = await postsIn()
    const key = { 'Idempotency-Key': randomUUID() }
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => publish(draft({ title: 'Once only' }), key)),
    )
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1)
    expect(new Set(sent.map(({ headers }) => headers.get('Cryptotalks-Position'))).size).toBe(1)
    expect(await postsIn()).toBe(before + 1)
  })

  it('again after a lost answer answers as the first time', async () => {
    const before = await postsIn()
    const lost = new AbortController()
    const request = {
      body: JSON.stringify(draft({ title: 'Lost and found' })),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID(), ...author },
    }
    const end = await side.store.end()
    const sending = side.send('POST', '/api/posts', { ...request, signal: lost.signal })
    while ((await side.store.end()) === end) await new Promise(setImmediate)
    lost.abort()
    await sending.catch(() => undefined)
    const [again, andAgain] = [
      await side.send('POST', '/api/posts', request),
      await side.send('POST', '/api/posts', request),
    ]
    expect(again).toMatchObject({ status: 201, body: { slug: 'lost-and-found' } })
    expect(andAgain.text).toBe(again.text)
    expect(await postsIn()).toBe(before + 1)
  })

  it('under a key that was used for another post is refused, and keeps no slug', async () => {
    const key = { 'Idempotency-Key': randomUUID() }
    await publish(draft({ title: 'The first' }), key)
    const before = await postsIn()
    const other = await publish(draft({ title: 'The second' }), key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused'])
    expect(await postsIn()).toBe(before)
    expect((await publish(draft({ title: 'The second' }))).body.slug).toBe('the-second')
  })

  it('again answers with the slug it got, though a better one has become free since', async () => {
    const before = await side.store.end()
    const first = await publish(draft({ title: 'Scarce' }))
    const key = { 'Idempotency-Key': randomUUID() }
    const second = await publish(draft({ title: 'Scarce' }), key)
    await releaseSlugOf(String(first.body.id), before)
    const again = await publish(draft({ title: 'Scarce' }), key)
    expect(again.text).toBe(second.text)
    expect(again.body.slug).toMatch(/^scarce-[0-9a-f]{6}$/)
    expect((await publish(draft({ title: 'Scarce' }))).body.slug).toBe('scarce')
  })

  it('raced by two posts under one key publishes one, and keeps no slug for the other', async () => {
    for (let race = 0; race < 10; race++) {
      const key = { 'Idempotency-Key': randomUUID() }
      const titles = [`Quick ${race}`, `Slow ${race}`]
      const sent = await Promise.all(titles.map(title => publish(draft({ title }), key)))
      expect(sent.map(({ status }) => status).sort()).toEqual([201, 422])
      const lost = titles[sent.findIndex(({ status }) => status === 422)]
      const later = await publish(draft({ title: lost }))
      expect(later.body.slug).toBe(lost?.toLowerCase().replace(' ', '-'))
    }
  })

  it('under the key of somebody else is another post', async () => {
    const key = { 'Idempotency-Key': randomUUID() }
    const mine = await publish(draft({ title: 'Shared key' }), key)
    const { Cookie } = await side.member()
    const theirs = await publish(draft({ title: 'Shared key' }), { ...key, Cookie })
    expect(theirs.status).toBe(201)
    expect(theirs.body.id).not.toBe(mine.body.id)
  })

  it('under another name than it was written under is refused, loses nothing, and stays refused', async () => {
    const before = await postsIn()
    const by = (writtenBy: string) => ({ 'Cryptotalks-Written-By': writtenBy })
    const refused = await publish(draft({ title: 'Not mine' }), by('somebody-else'))
    expect([refused.status, refused.body.code]).toEqual([409, 'signed-in-as-another'])
    const typed = { title: 'Not mine', body: 'Much work', tags: '', writtenBy: 'somebody-else' }
    const page = await side.form('/api/posts', typed, author)
    expect(page.status).toBe(409)
    expect(JSON.parse(page.text)).toMatchObject({ path: '/posts/new', refused: { values: typed } })
    expect(await postsIn()).toBe(before)

    const mine = await publish(draft({ title: 'Mine' }))
    const [event] = await side.store.read(`post-${mine.body.id}`)
    const { authorId } = (event?.data ?? {}) as { readonly authorId: string }
    expect((await publish(draft({ title: 'Mine too' }), by(authorId))).status).toBe(201)
    const form = await side.form('/api/posts', { ...typed, writtenBy: authorId }, author)
    expect(form.status).toBe(303)
  })

  it('of a text of which nothing would be seen is refused', async () => {
    const before = await postsIn()
    const sent = await publish(draft({ body: '[a]: https://example.org\n\n&#8203;' }))
    expect([sent.status, sent.body.code]).toEqual([422, 'text-shows-nothing'])
    expect(sent.body.errors).toMatchObject([{ field: 'body', code: 'required' }])
    expect(await postsIn()).toBe(before)
  })

  it('without a session is refused', async () => {
    for (const Cookie of ['', `__Host-session=${'A'.repeat(43)}`, '__Host-session=junk'])
      expect(await side.post('/api/posts', draft(), { Cookie })).toMatchObject({
        status: 401,
        body: { code: 'not-signed-in' },
      })
  })
})

describe('a text that would take too long to show', () => {
  it('is refused by its field, and reserves no slug', async () => {
    const intricate = draft({
      title: 'Too deep',
      body: `${'['.repeat(20_000)}${']'.repeat(9_000)}`,
    })
    const before = await side.store.end()
    const { status, body } = await publish(intricate)
    expect([status, body.code]).toEqual([422, 'text-too-intricate'])
    expect(body.errors).toEqual([
      { field: 'body', code: 'text-too-intricate', message: expect.any(String) },
    ])
    expect(await side.store.end()).toBe(before)
  })
})
