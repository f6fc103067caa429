// A market that is made up, and says so: every price follows from the seed, the coin and the moment alone.
import type { Quote } from '@cryptotalks/shared-kernel/events/rates'
import type { MarketSample, MarketSource } from '../rates/market-source.ts'
import { seedOf, walk } from './noise.ts'
import { type SimulatedCoin, simulatedCoins } from './simulated-coins.ts'

const hourMilliseconds = 3_600_000
const dayMilliseconds = 24 * hourMilliseconds

/** How much of a coin's move is the whole market's: coins rise and fall together more than apart. */
const marketShare = 0.6
/** A coin held at one dollar still trembles by some hundredths of a cent. */
const pegTremble = 0.0002
/** A day's trade, as a part of all there is of a coin, of the calm and of the wild. */
const calmTurnover = 0.02
const turnoverOfMoves = 1.5

// Beyond that, sources only pretend to know.
const significant = (value: number): number => Number(value.toPrecision(6))
const percent = (now: number, before: number): number =>
  Number(((now / before - 1) * 100).toFixed(4))

/** The market that follows from a seed. */
export function createSimulatedMarket(seed: string): MarketSource {
  const market = seedOf(`${seed}/market`)
  const coins = simulatedCoins.map(coin => ({
    ...coin,
    own: seedOf(`${seed}/${coin.coinId}`),
    trade: seedOf(`${seed}/${coin.coinId}/trade`),
  }))

  const priceAt = (coin: SimulatedCoin & { own: number }, at: number, tide: number): number => {
    const own = walk(coin.own, at)
    if (coin.dailyMove === 0) return significant(1 + pegTremble * Math.tanh(own))
    const move = marketShare * tide + Math.sqrt(1 - marketShare ** 2) * own
    return significant(coin.price * Math.exp(coin.dailyMove * move))
  }

  const quotesAt = (at: number): Quote[] => {
    const [tide, dayAgo, weekAgo] = [0, dayMilliseconds, 7 * dayMilliseconds].map(ago => ({
      at: at - ago,
      level: walk(market, at - ago),
    })) as [Tide, Tide, Tide]
    const unranked = coins.map(coin => {
      const price = priceAt(coin, tide.at, tide.level)
      const marketCap = price * coin.supply
      const interest = Math.exp(walk(coin.trade, at) / 4)
      const turnover = (calmTurnover + coin.dailyMove * turnoverOfMoves) * interest
      return {
        coinId: coin.coinId,
        symbol: coin.symbol,
        name: coin.name,
        price,
        change24h: percent(price, priceAt(coin, dayAgo.at, dayAgo.level)),
        change7d: percent(price, priceAt(coin, weekAgo.at, weekAgo.level)),
        marketCap: significant(marketCap),
        volume24h: significant(marketCap * turnover),
      }
    })
    return unranked
      .sort((one, other) => other.marketCap - one.marketCap)
      .map((quote, index) => ({ ...quote, rank: index + 1 }))
  }

  const sampleAt = async (moment: Date): Promise<MarketSample> => ({
    sampledAt: moment,
    quotes: quotesAt(moment.getTime()),
  })
  return { name: 'simulated', sample: () => sampleAt(new Date()), sampleAt }
}

interface Tide {
  readonly at: number
  readonly level: number
}
