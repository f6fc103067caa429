// An invented market for looking at the site without a backend: the same coins for the same moment.
import type { Coin, CoinDetail, CoinList, History, PricePoint, Range } from '../api/types.ts'
import { fnv1a } from '../text/fnv.ts'

const names: readonly (readonly [string, string, number, number])[] = [
  ['BTC', 'Bitcoin', 64_210.4, 1.27e12],
  ['ETH', 'Ethereum', 3118.07, 3.75e11],
  ['USDT', 'Tether', 1.0003, 1.12e11],
  ['BNB', 'BNB', 584.12, 8.52e10],
  ['SOL', 'Solana', 148.62, 6.89e10],
  ['USDC', 'USD Coin', 0.9999, 3.34e10],
  ['XRP', 'XRP', 0.5231, 2.91e10],
  ['TON', 'Toncoin', 7.214, 1.79e10],
  ['DOGE', 'Dogecoin', 0.1117, 1.62e10],
  ['ADA', 'Cardano', 0.4126, 1.47e10],
  ['AVAX', 'Avalanche', 29.84, 1.2e10],
  ['SHIB', 'Shiba Inu', 0.00001812, 1.07e10],
  ['TRX', 'TRON', 0.1198, 1.05e10],
  ['DOT', 'Polkadot', 6.204, 8.8e9],
  ['LINK', 'Chainlink', 14.37, 8.4e9],
  ['LTC', 'Litecoin', 78.93, 5.9e9],
  ['XMR', 'Monero', 168.4, 3.1e9],
  ['ARB', 'Arbitrum', 0.8412, 2.6e9],
  ['OP', 'Optimism', 1.874, 2.1e9],
  ['S', 'Sonic', 0.6328, 1.8e9],
]
const stable = new Set(['USDT', 'USDC'])
const invented = 40

/** A number in -1..1, the same for the same words. */
const wave = (text: string) => (fnv1a(text) / 0xffffffff) * 2 - 1

function priceAt(symbol: string, base: number, step: number): number {
  const width = stable.has(symbol) ? 0.0002 : 0.03
  const slow =
    Math.sin(step / 9 + wave(symbol) * 6) + Math.sin(step / 3.7 + wave(`${symbol}b`) * 6) / 2
  return base * (1 + width * (slow / 1.5 + wave(`${symbol}${step}`) * 0.25))
}

function coin(index: number, now: Date): Coin {
  const known = names[index]
  const symbol = known?.[0] ?? `C${index}`
  const base = known?.[2] ?? 1 + Math.abs(wave(`price${index}`)) * 20
  const cap = known?.[3] ?? 1.6e9 / (index - names.length + 2)
  const sparkline = Array.from({ length: 28 }, (_, step) => priceAt(symbol, base, step))
  const price = sparkline.at(-1) ?? base
  const against = (earlier: number) => (price / earlier - 1) * 100
  return {
    id: (known?.[1] ?? `coin-${index}`).toLowerCase().replaceAll(' ', '-'),
    symbol,
    name: known?.[1] ?? `Coin ${index}`,
    rank: index + 1,
    price,
    change24h: against(sparkline.at(-5) ?? price),
    change7d: index === 19 ? null : against(sparkline[0] ?? price),
    marketCap: cap,
    volume24h: cap * 0.03 * (1 + wave(`${symbol}v`) * 0.8),
    sparkline: index === 19 ? [] : sparkline,
    source: 'simulated',
    sampledAt: new Date(now.getTime() - 12_000).toISOString(),
  }
}

let drawn: { readonly at: number; readonly coins: readonly Coin[] } | undefined

export function fixtureCoins(now: Date): readonly Coin[] {
  if (drawn?.at !== now.getTime()) {
    const coins = Array.from({ length: invented }, (_, index) => coin(index, now))
    drawn = { at: now.getTime(), coins }
  }
  return drawn.coins
}

const sorters: Readonly<Record<string, (coin: Coin) => number | string>> = {
  rank: coin => coin.rank,
  name: coin => coin.name,
  price: coin => coin.price,
  change24h: coin => coin.change24h,
  marketCap: coin => coin.marketCap,
  volume24h: coin => coin.volume24h,
}

/** `GET /api/coins` */
export function listCoins(query: URLSearchParams, now: Date): CoinList {
  const all = fixtureCoins(now)
  const key = sorters[query.get('sort') ?? 'rank'] ?? sorters.rank
  const sign = query.get('order') === 'desc' ? -1 : 1
  const words = (query.get('q') ?? '').toLowerCase()
  const sorted = all
    .filter(coin => `${coin.name} ${coin.symbol}`.toLowerCase().includes(words))
    .sort((a, b) => ((key?.(a) ?? 0) < (key?.(b) ?? 0) ? -sign : sign))
  const limit = Number(query.get('limit') ?? 50)
  const start = Number(query.get('cursor') ?? 0)
  return {
    items: sorted.slice(start, start + limit),
    nextCursor: start + limit < sorted.length ? String(start + limit) : null,
    market: {
      source: 'simulated',
      sampledAt: all[0]?.sampledAt ?? now.toISOString(),
      coins: all.length,
      marketCap: all.reduce((sum, coin) => sum + coin.marketCap, 0),
      volume24h: all.reduce((sum, coin) => sum + coin.volume24h, 0),
    },
  }
}

/** `GET /api/coins/:id` */
export function findCoin(id: string, now: Date): CoinDetail | null {
  const wanted = id.toLowerCase()
  const coin = fixtureCoins(now).find(
    coin => coin.id === wanted || coin.symbol.toLowerCase() === wanted,
  )
  return coin ? { ...coin, high24h: coin.price * 1.012, low24h: coin.price * 0.974 } : null
}

const steps: Readonly<Record<Range, readonly [amount: number, minutes: number]>> = {
  '1h': [60, 1],
  '24h': [1440, 1],
  '7d': [168, 60],
  '30d': [720, 60],
}

/** `GET /api/coins/:id/history` */
export function historyOf(coin: CoinDetail, range: Range, now: Date): History {
  const [amount, minutes] = steps[range]
  const points = Array.from({ length: amount }, (_, index): PricePoint => {
    const at = new Date(now.getTime() - (amount - index) * minutes * 60_000)
    const open = priceAt(coin.symbol, coin.price, (index / amount) * 60)
    const close = priceAt(coin.symbol, coin.price, ((index + 1) / amount) * 60)
    return {
      at: at.toISOString(),
      open,
      high: Math.max(open, close) * 1.0008,
      low: Math.min(open, close) * 0.9992,
      close,
    }
  })
  return { id: coin.id, range, interval: minutes === 1 ? 'minute' : 'hour', points }
}
