import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestWriteSide, type TestWriteSide } from '../testing/test-write-side.ts'

const mostASession = 20

let side: TestWriteSide
beforeAll(async () => {
  side = await startTestWriteSide(undefined, {
    LIMIT_PREVIEWS_PER_SESSION: `${mostASession}/3600`,
    LIMIT_PREVIEWS_PER_ADDRESS: `${4 * mostASession}/3600`,
  })
})
afterAll(() => side?.stop())

const member = async () => ({ Cookie: (await side.member()).Cookie })
const preview = (body: string, headers: Record<string, string> = {}) =>
  side.post('/api/previews', { body }, headers)

describe('a preview', () => {
  it('shows what the post will look like, and keeps nothing', async () => {
    const author = await member()
    const before = await side.store.end()
    const sent = await preview('Is $BTC *calm*? <script>alert(1)</script>', author)
    expect(sent.status).toBe(200)
    expect(sent.body.html).toContain('href="/market/$btc"')
    expect(sent.body.html).toContain('<em>calm</em>')
    expect(sent.body.html).not.toContain('<script')
    expect(await side.store.end()).toBe(before)
  })

  it('is for members, whose text is looked at no sooner', async () => {
    for (const Cookie of ['', `__Host-session=${'A'.repeat(43)}`, '__Host-session=junk'])
      for (const body of ['text', ''])
        expect(await preview(body, { Cookie })).toMatchObject({
          status: 401,
          body: { code: 'not-signed-in' },
        })
  })

  it('says which text is too intricate, and what to do', async () => {
    const sent = await preview(`${'!['.repeat(15_000)}]`, await member())
    expect(sent).toMatchObject({ status: 422, body: { code: 'text-too-intricate' } })
    expect(sent.body.errors?.[0]).toMatchObject({
      field: 'body',
      message: expect.stringContaining('Take out'),
    })
  })

  it('keeps nobody else waiting, whatever it is of', async () => {
    const author = await member()
    const costly = Array.from({ length: 10 }, () => preview(`${'['.repeat(39_999)}]`, author))
    const { Cookie } = await side.member()
    expect(Cookie).not.toBe('')
    const codes = (await Promise.all(costly)).map(({ body }) => body.code)
    expect(new Set(codes)).toEqual(new Set(['text-too-intricate']))
  })

  it('can be asked for so often a session, and an address', async () => {
    const askedBy = async (author: Record<string, string>) => {
      const sent = await Promise.all(
        Array.from({ length: mostASession + 2 }, () => preview('*a*', author)),
      )
      return sent.filter(({ status }) => status === 200).length
    }
    expect(await askedBy(await member())).toBe(mostASession)
    const refused = await preview('*a*', await member())
    expect(refused.status).toBe(200)
    for (let session = 0; session < 4; session++) await askedBy(await member())
    const late = await preview('*a*', await member())
    expect(late).toMatchObject({ status: 429, body: { code: 'too-many-previews' } })
    expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(0)
  })
})
