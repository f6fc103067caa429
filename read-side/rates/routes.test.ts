import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addCoins } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi

const noon = Date.parse('2026-03-01T12:00:00.000Z')
const minute = 60_000
const hour = 60 * minute

let slots = 0
const candle = (coin_id: string, at: number, price: number) => ({
  coin_id,
  slot: ++slots,
  at: new Date(at),
  open: price,
  high: price + 1,
  low: price - 1,
  close: price,
})

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('rates')
  models = await createReadModels(connectionString)
  api = startTestApi(connectionString)
  await addCoins(models.db, [
    { id: 'bitcoin', symbol: 'BTC', rank: 1, price: 64_210.4, change24h: -1.5 },
    { id: 'ether', symbol: 'ETH', rank: 2, price: 3_118.07, change24h: 0 },
    { id: 'aave', symbol: 'AAVE', rank: 3, price: 0.1, change24h: 0 },
    { id: 'fakebitcoin', symbol: 'btc', rank: 9, price: 1e-8, change24h: 1e21 },
  ])
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
})

const idsOf = async (path: string): Promise<string[]> => {
  const { status, body } = await api.get(path)
  expect(status).toBe(200)
  return body.items.map(({ id }: { id: string }) => id)
}

describe('GET /api/coins', () => {
  it('lists coins by rank, and no market before the first sample', async () => {
    const { body } = await api.get('/api/coins?limit=1')
    expect(body.items).toEqual([
      {
        id: 'bitcoin',
        symbol: 'BTC',
        name: 'Bitcoin',
        rank: 1,
        price: 64_210.4,
        change24h: -1.5,
        change7d: null,
        marketCap: 64_210_400,
        volume24h: 642_104,
        sparkline: [1.5, 2],
        source: 'simulated',
        sampledAt: '2026-03-01T12:00:00.000Z',
      },
    ])
    expect(body.market).toBeNull()
  })

  it('tells the market as the source heard last told it, whatever another one’s clock said', async () => {
    const sums = { coins: 4, market_cap: 1, volume_24h: 2 }
    await models.db
      .insertInto('rates.markets')
      .values([
        { source: 'old', sampled_at: new Date(noon + hour), position: '5', ...sums },
        { source: 'simulated', sampled_at: new Date(noon), position: '6', ...sums },
      ])
      .execute()
    expect((await api.get('/api/coins')).body.market).toEqual({
      source: 'simulated',
      sampledAt: '2026-03-01T12:00:00.000Z',
      coins: 4,
      marketCap: 1,
      volume24h: 2,
    })
  })

  it('gives names and ranks upwards, figures downwards, or as asked', async () => {
    expect(await idsOf('/api/coins?sort=name')).toEqual(['aave', 'bitcoin', 'ether', 'fakebitcoin'])
    expect(await idsOf('/api/coins?sort=price&limit=2')).toEqual(['bitcoin', 'ether'])
    expect(await idsOf('/api/coins?sort=price&order=asc&limit=1')).toEqual(['fakebitcoin'])
    expect(await idsOf('/api/coins?sort=change24h&limit=1')).toEqual(['fakebitcoin'])
  })

  it('finds coins by parts of name or symbol', async () => {
    expect(await idsOf('/api/coins?q=BTC')).toEqual(['bitcoin', 'fakebitcoin'])
    expect(await idsOf('/api/coins?q=ther')).toEqual(['ether'])
    expect(await idsOf('/api/coins?q=%25%25')).toEqual([])
  })

  it('finds coins by names as people write them', async () => {
    await addCoins(models.db, [
      { id: 'istanbul', symbol: 'İST', name: 'İstanbul', rank: 40 },
      { id: 'bito', symbol: 'ﾋﾞｯﾄ', name: 'Don’t', rank: 41 },
    ])
    for (const q of ['istanbul', 'İstanbul', 'ISTANBUL', 'İST'])
      expect(await idsOf(`/api/coins?q=${encodeURIComponent(q)}`)).toEqual(['istanbul'])
    for (const q of ["don't", 'ビット', 'ﾄ'])
      expect(await idsOf(`/api/coins?q=${encodeURIComponent(q)}`)).toEqual(['bito'])
    for (const symbol of ['İST', 'ist', '$ist'])
      expect((await api.get(`/api/coins/${encodeURIComponent(symbol)}`)).body.id).toBe('istanbul')
    await models.db.deleteFrom('rates.coins').where('id', 'in', ['istanbul', 'bito']).execute()
  })

  const sorts = ['rank', 'name', 'price', 'change24h', 'marketCap', 'volume24h']
  it.each(sorts.flatMap(sort => [`${sort}&order=asc`, `${sort}&order=desc`]))(
    'shows each coin once on the pages by %s, also where figures are equal',
    async sort => {
      const seen: string[] = []
      let cursor = ''
      for (let page = 0; page < 6; page += 1) {
        const { body } = await api.get(`/api/coins?sort=${sort}&limit=1${cursor}`)
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        if (body.nextCursor === null) break
        cursor = `&cursor=${body.nextCursor}`
      }
      expect(seen).toEqual(await idsOf(`/api/coins?sort=${sort}`))
      expect(seen).toHaveLength(4)
    },
  )

  it('refuses a cursor of the posts, and of the other direction', async () => {
    const { body } = await api.get('/api/coins?sort=price&order=asc&limit=1')
    const posts = Buffer.from('["posts-new","1","a","b"]').toString('base64url')
    for (const cursor of [body.nextCursor, posts]) {
      const answer = await api.get(`/api/coins?sort=price&order=desc&cursor=${cursor}`)
      expect(answer.status).toBe(400)
      expect(answer.body.errors[0].code).toBe('bad-cursor')
    }
  })

  it.each(['limit=251', 'limit=0', 'sort=age', 'order=up', 'q=x', 'page=2'])(
    'refuses %s',
    async query => {
      const { status, body } = await api.get(`/api/coins?${query}`)
      expect([status, body.code]).toEqual([400, 'invalid-query'])
    },
  )
})

describe('GET /api/coins/:id', () => {
  it('finds a coin by its id, or by its symbol in any case: then the one that ranks first', async () => {
    for (const name of ['bitcoin', 'btc', 'BTC', 'Bitcoin'])
      expect((await api.get(`/api/coins/${name}`)).body.id).toBe('bitcoin')
    expect((await api.get('/api/coins/fakebitcoin')).body.id).toBe('fakebitcoin')
  })

  it('finds by a symbol with its mark, though it is the id of another', async () => {
    await addCoins(models.db, [
      { id: 'solana', symbol: 'SOL', rank: 5 },
      { id: 'sol', symbol: 'SOLX', rank: 302 },
    ])
    for (const name of ['$sol', '$SOL', '%24sol'])
      expect((await api.get(`/api/coins/${name}`)).body.id).toBe('solana')
    expect((await api.get('/api/coins/$sol/history')).body.id).toBe('solana')
    expect((await api.get('/api/coins/sol')).body.id).toBe('sol')
    expect((await api.get('/api/coins/$solana')).body.code).toBe('coin-not-found')
    await models.db.deleteFrom('rates.coins').where('id', 'in', ['sol', 'solana']).execute()
  })

  it('has the highest and the lowest price of the day before its newest one', async () => {
    await models.db
      .insertInto('rates.minutes')
      .values([
        candle('ether', noon - 25 * hour, 9_000),
        candle('ether', noon - 2 * hour, 3_200),
        candle('ether', noon - minute, 3_100),
        // Dated by a clock that was ahead.
        candle('ether', noon + 2 * hour, 99_999),
      ])
      .execute()
    await models.db
      .insertInto('rates.hours')
      .values([candle('ether', noon - 23 * hour, 3_000)])
      .execute()
    const { body } = await api.get('/api/coins/eth')
    expect([body.high24h, body.low24h]).toEqual([3_201, 2_999])
  })

  it('takes its price for the day of a coin without a history', async () => {
    const { body } = await api.get('/api/coins/aave')
    expect([body.high24h, body.low24h]).toEqual([0.1, 0.1])
  })

  it.each(['nothing', '%25', "b'tc"])('knows no coin %s', async id => {
    for (const path of [`/api/coins/${id}`, `/api/coins/${id}/history`]) {
      const { status, body } = await api.get(path)
      expect([status, body.code]).toEqual([404, 'coin-not-found'])
    }
  })
})

describe('GET /api/coins/:id/history', () => {
  it('gives minutes of an hour and a day, and hours of more, up to the newest price', async () => {
    await models.db.deleteFrom('rates.minutes').execute()
    await models.db.deleteFrom('rates.hours').execute()
    const minutes = [2_000, 1_440, 61, 60, 1, 0, -5].map(ago =>
      candle('bitcoin', noon - ago * minute, 50_000 + ago),
    )
    const hours = [1_000, 720, 168, 1, -2].map(ago => candle('bitcoin', noon - ago * hour, ago))
    await models.db.insertInto('rates.minutes').values(minutes).execute()
    await models.db.insertInto('rates.hours').values(hours).execute()

    const of = async (range: string) => {
      const { body } = await api.get(`/api/coins/btc/history?range=${range}`)
      expect(body).toMatchObject({ id: 'bitcoin', range })
      const ago = body.points.map(({ at }: { at: string }) => (noon - Date.parse(at)) / minute)
      return { interval: body.interval, ago }
    }
    expect(await of('1h')).toEqual({ interval: 'minute', ago: [60, 1, 0] })
    expect(await of('24h')).toEqual({ interval: 'minute', ago: [1_440, 61, 60, 1, 0] })
    expect(await of('7d')).toEqual({ interval: 'hour', ago: [168 * 60, 60] })
    expect(await of('30d')).toEqual({ interval: 'hour', ago: [720 * 60, 168 * 60, 60] })
  })

  it('gives a day unless asked otherwise, oldest first', async () => {
    const { body } = await api.get('/api/coins/bitcoin/history')
    expect(body.range).toBe('24h')
    expect(body.points.at(-1)).toEqual({
      at: '2026-03-01T12:00:00.000Z',
      open: 50_000,
      high: 50_001,
      low: 49_999,
      close: 50_000,
    })
  })

  it('refuses a range that there is not', async () => {
    const { status, body } = await api.get('/api/coins/bitcoin/history?range=1y')
    expect([status, body.code]).toEqual([400, 'invalid-query'])
  })
})
