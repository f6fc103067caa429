// Coins, their history and the market as the API answers them.
import { z } from 'zod'
import type { CandleRow, CoinRow, MarketRow } from './query.ts'

const dollars = z.number().meta({ description: 'US dollars' })
const percent = z.number().meta({ description: 'Per cent' })

const coinFields = {
  id: z.string(),
  symbol: z.string(),
  name: z.string(),
  rank: z.int(),
  price: dollars,
  change24h: percent,
  change7d: percent.nullable(),
  marketCap: dollars,
  volume24h: dollars,
  sparkline: z
    .array(z.number())
    .max(28)
    .meta({ description: 'Prices of the last seven days, oldest first' }),
  source: z.string(),
  sampledAt: z.iso.datetime().meta({ description: 'When the source took the price' }),
}

export const coin = z.strictObject(coinFields).meta({ id: 'Coin' })

export const coinDetail = z
  .strictObject({ ...coinFields, high24h: dollars, low24h: dollars })
  .meta({ id: 'CoinDetail' })

const market = z
  .strictObject({
    source: z.string(),
    sampledAt: z.iso.datetime(),
    coins: z.int(),
    marketCap: dollars,
    volume24h: dollars,
  })
  .meta({ id: 'Market' })

export const coinList = z
  .strictObject({
    items: z.array(coin),
    nextCursor: z.string().nullable(),
    market: market.nullable().meta({ description: 'Null before the first sample' }),
  })
  .meta({ id: 'CoinList' })

export const ranges = ['1h', '24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

export const coinHistory = z
  .strictObject({
    id: z.string(),
    range: z.enum(ranges),
    interval: z.enum(['minute', 'hour']),
    points: z.array(
      z.strictObject({
        at: z.iso.datetime().meta({ description: 'When the interval began' }),
        open: dollars,
        high: dollars,
        low: dollars,
        close: dollars,
      }),
    ),
  })
  .meta({ id: 'CoinHistory' })

export const coinFrom = (row: CoinRow): z.infer<typeof coin> => ({
  id: row.id,
  symbol: row.symbol,
  name: row.name,
  rank: row.rank,
  price: row.price,
  change24h: row.change_24h,
  change7d: row.change_7d,
  marketCap: row.market_cap,
  volume24h: row.volume_24h,
  sparkline: row.spark,
  source: row.source,
  sampledAt: row.sampled_at.toISOString(),
})

export const marketFrom = (row: MarketRow): z.infer<typeof market> => ({
  source: row.source,
  sampledAt: row.sampled_at.toISOString(),
  coins: row.coins,
  marketCap: row.market_cap,
  volume24h: row.volume_24h,
})

export const pointFrom = ({ at, open, high, low, close }: CandleRow) => ({
  at: at.toISOString(),
  open,
  high,
  low,
  close,
})
