// The geometry of the small line beside a coin: whole pixels in a fixed box.

export const sparkWidth = 88
export const sparkHeight = 26
const inset = 2
/** A movement below this share of the price is drawn flat, as it is. */
const flatShare = 0.002

/** Points of a polyline ("0,24 3,20 …"); empty when there are fewer than two prices. */
export function sparkPoints(prices: readonly number[]): string {
  if (prices.length < 2) return ''
  const low = Math.min(...prices)
  const high = Math.max(...prices)
  const middle = (low + high) / 2
  const half = Math.max((high - low) / 2, Math.abs(middle) * flatShare) || 1
  const reach = sparkHeight / 2 - inset
  return prices
    .map((price, index) => {
      const x = Math.round((index / (prices.length - 1)) * sparkWidth)
      const y = Math.round(sparkHeight / 2 - ((price - middle) / half) * reach)
      return `${x},${y}`
    })
    .join(' ')
}

/** Height of the dashed line at the first price; the middle when nothing is known. */
export function sparkStart(points: string): string {
  return /^\d+,(\d+)/.exec(points)?.[1] ?? String(sparkHeight / 2)
}
